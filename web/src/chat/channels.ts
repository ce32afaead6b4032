import { Bell, Mail, MessageCircle, MessageSquareText, type LucideIcon } from 'lucide-react'
import type { ChannelType } from './parts'

/** What the channels are called and how they look. */
export const channels: Record<ChannelType, { name: string; icon: LucideIcon }> = {
  email: { name: 'Email', icon: Mail },
  sms: { name: 'SMS', icon: MessageSquareText },
  push: { name: 'Push', icon: Bell },
  whatsapp: { name: 'WhatsApp', icon: MessageCircle },
}

export const channelOrder: ChannelType[] = ['email', 'sms', 'push', 'whatsapp']
