import { BadgeCheck, CheckCheck } from 'lucide-react'
import { Fragment } from 'react'
import { Logo } from '@/ui/Logo'
import { renderSample, renderText, type Piece } from './liquid'
import type { ChannelPlan } from './parts'

/** A message as its reader will see it, with sample values where it is personal. */
export function ChannelPreview({ plan, company }: { plan: ChannelPlan; company: string }) {
  const body = renderSample(plan.message.body, company, plan.type === 'email')
  const subject = plan.message.subject ? renderSample(plan.message.subject, company) : undefined
  switch (plan.type) {
    case 'email':
      return <Email subject={subject} body={body} company={company} />
    case 'sms':
      return <Sms body={body} company={company} />
    case 'push':
      return <Push subject={subject} body={body} company={company} />
    case 'whatsapp':
      return <WhatsApp subject={subject} body={body} company={company} />
  }
}

interface PreviewProps {
  subject?: Piece[]
  body: Piece[]
  company: string
}

function Email({ subject, body, company }: PreviewProps) {
  return (
    <div className="overflow-hidden rounded-lg border border-line bg-raised">
      <div className="border-b border-line px-4 pt-3 pb-2.5">
        <p className="text-md font-semibold tracking-[-0.005em]">{subject ? <Text pieces={subject} /> : '(no subject)'}</p>
        <div className="mt-2 flex items-center gap-2.5">
          <span aria-hidden="true" className="grid size-7 shrink-0 place-items-center rounded-full bg-accent text-xs font-semibold text-on-accent">
            {initials(company)}
          </span>
          <p className="min-w-0 flex-1 text-sm leading-4">
            <span className="font-[560]">{company}</span> <span className="text-ink-3">&lt;hello@{domainOf(company)}&gt;</span>
            <span className="block text-xs text-ink-3">to Anna Keller</span>
          </p>
        </div>
      </div>
      <div className="px-4 py-3.5 text-base leading-[1.55]">
        <Paragraphs pieces={body} />
        <p className="mt-4 border-t border-line pt-2.5 text-xs text-ink-3">
          {company} · <span className="underline underline-offset-2">Unsubscribe</span>
        </p>
      </div>
    </div>
  )
}

function Sms({ body, company }: PreviewProps) {
  const text = body.map((p) => p.text).join('')
  const segments = smsSegments(text)
  return (
    <Phone>
      <p className="mb-3 text-center text-xs text-ink-3">
        <span className="block font-medium text-ink-2">{senderId(company)}</span>
        Text message · today 18:00
      </p>
      <Bubble className="rounded-bl-xs bg-active text-ink">
        <Text pieces={body} />
      </Bubble>
      <p className="mt-2 text-xs text-ink-3 tabular">
        {text.length} characters · {segments === 1 ? '1 message' : `${segments} messages`} per person
      </p>
    </Phone>
  )
}

function Push({ subject, body, company }: PreviewProps) {
  return (
    <Phone>
      <div className="flex items-start gap-2.5 rounded-lg border border-line bg-raised p-3 shadow-lift">
        <Logo size={28} />
        <div className="min-w-0 flex-1 text-sm">
          <p className="flex justify-between gap-2 text-xs text-ink-3">
            <span className="truncate">{company}</span>
            <span>now</span>
          </p>
          {subject && (
            <p className="mt-0.5 font-semibold">
              <Text pieces={subject} />
            </p>
          )}
          <p className="text-ink-2">
            <Text pieces={body} />
          </p>
        </div>
      </div>
    </Phone>
  )
}

function WhatsApp({ subject, body, company }: PreviewProps) {
  return (
    <div className="overflow-hidden rounded-lg border border-line">
      <p className="flex items-center gap-2 bg-[#075e54] px-3 py-2 text-sm font-medium text-[#fff]">
        <span aria-hidden="true" className="grid size-6 place-items-center rounded-full bg-[#fff]/20 text-2xs font-semibold">
          {initials(company)}
        </span>
        {company}
        <BadgeCheck size={14} aria-label="Business account" />
      </p>
      <div className="bg-[#efe7de] p-3.5 dark:bg-[#0d1418]">
        <Bubble className="rounded-tl-xs bg-[#fff] text-[#111b21] shadow-lift dark:bg-[#202c33] dark:text-[#e9edef]">
          {subject && (
            <strong className="block font-semibold">
              <Text pieces={subject} />
            </strong>
          )}
          <Text pieces={body} />
          <span className="mt-1 flex items-center justify-end gap-1 text-2xs text-[#54656f] dark:text-[#a4b2ba]">
            18:00 <CheckCheck size={13} aria-hidden="true" />
          </span>
        </Bubble>
      </div>
    </div>
  )
}

function Phone({ children }: { children: React.ReactNode }) {
  return <div className="rounded-lg border border-line bg-canvas p-3.5">{children}</div>
}

function Bubble({ className, children }: { className: string; children: React.ReactNode }) {
  return <div className={`w-fit max-w-[92%] rounded-xl px-3 py-2 text-base leading-[1.45] whitespace-pre-line [overflow-wrap:anywhere] ${className}`}>{children}</div>
}

function Text({ pieces }: { pieces: Piece[] }) {
  return (
    <>
      {pieces.map((piece, i) =>
        piece.sample ? (
          <span key={i} title={`Sample value for {{ ${piece.sample} }}`} className="underline decoration-accent decoration-dotted decoration-1 underline-offset-3">
            {piece.text}
          </span>
        ) : piece.as === 'link' ? (
          <span key={i} className="inline-block rounded-md bg-accent px-3.5 py-1.5 font-medium text-on-accent">
            {piece.text}
          </span>
        ) : piece.as === 'strong' ? (
          <strong key={i}>{piece.text}</strong>
        ) : (
          <Fragment key={i}>{piece.text}</Fragment>
        ),
      )}
    </>
  )
}

function Paragraphs({ pieces }: { pieces: Piece[] }) {
  const paragraphs: Piece[][] = [[]]
  for (const piece of pieces) {
    const [first = '', ...rest] = piece.text.split(/\n{2,}/)
    paragraphs.at(-1)!.push({ ...piece, text: first })
    for (const text of rest) paragraphs.push([{ ...piece, text }])
  }
  return (
    <div className="space-y-2.5 whitespace-pre-line [overflow-wrap:anywhere]">
      {paragraphs.map((p, i) => (
        <p key={i}>
          <Text pieces={p} />
        </p>
      ))}
    </div>
  )
}

/** The message as text to take along: subject, empty line, body, with its placeholders as they are. */
export const messageText = (plan: ChannelPlan) => (plan.message.subject ? `${plan.message.subject}\n\n` : '') + plan.message.body

/** The message as its reader gets it, for screen readers and tests. */
export const sampleText = (plan: ChannelPlan, company: string) => renderText(messageText(plan), company)

const initials = (name: string) =>
  name
    .split(/\s+/)
    .slice(0, 2)
    .map((w) => w.charAt(0).toUpperCase())
    .join('')

const domainOf = (company: string) => `${company.toLowerCase().replace(/[^a-z0-9]+/g, '') || 'shop'}.example`

const senderId = (company: string) => company.replace(/[^\p{L}\d ]/gu, '').slice(0, 11).trim() || 'Shop'

/** How many SMS a text takes: 160 GSM characters in one, 153 in each of several; 70 and 67 with others among them. */
export function smsSegments(text: string): number {
  const gsm = /^[\n\r !-_a-z{|}~¡£¤¥§¿ÄÅÆÇÉÑÖØÜßàäåæèéìñòöøùüΔΦΓΛΩΠΨΣΘΞ€[\]^\\]*$/.test(text)
  const [one, many] = gsm ? [160, 153] : [70, 67]
  return text.length <= one ? 1 : Math.ceil(text.length / many)
}
