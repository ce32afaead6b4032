/** What the tabs of one browser tell each other. Nothing personal and no token is ever in it. */
export type TabMessage =
  | { type: 'signed_in' }
  | { type: 'signed_out' }
  | { type: 'turn_started'; conversationId: string }
  | { type: 'conversations_changed' }

const channel = typeof BroadcastChannel === 'undefined' ? undefined : new BroadcastChannel('pulsehub')

/** Tells every other tab; this one hears nothing. */
export function tellTabs(message: TabMessage) {
  channel?.postMessage(message)
}

/** Hears what other tabs tell, until the returned function is called. */
export function onTabMessage(listener: (message: TabMessage) => void): () => void {
  const receive = (event: MessageEvent<TabMessage>) => listener(event.data)
  channel?.addEventListener('message', receive)
  return () => channel?.removeEventListener('message', receive)
}
