import type { Thread } from '@/api/generated'
import { formatCount, formatDateTime } from '@/lib/format'
import { channels } from './channels'
import { messageText } from './ChannelPreview'
import { segmentName } from './followUps'
import { knownParts, type Chart, type Part, type Recommendation, type Table } from './parts'

/** An answer as Markdown: its text, then its figures and cards. */
export function answerMarkdown(answer: { content: string; parts: Part[] }): string {
  const blocks = [answer.content.trim()]
  for (const part of answer.parts) {
    if (part.type === 'campaign_recommendation') blocks.push(cardMarkdown(part.data.recommendation))
    if (part.type === 'chart') blocks.push(chartMarkdown(part.data))
    if (part.type === 'table') blocks.push(tableMarkdown(part.data))
  }
  return blocks.filter(Boolean).join('\n\n') + '\n'
}

/** A whole conversation as a Markdown document. */
export function threadMarkdown(thread: Thread, timeZone: string): string {
  const blocks = [`# ${thread.title || 'Conversation'}`, `PulseHub, ${formatDateTime(thread.createdAt, timeZone)} (${timeZone})`]
  for (const message of thread.messages) {
    if (message.role === 'user') blocks.push(message.content.replace(/^/gm, '> '))
    else blocks.push(answerMarkdown({ content: message.content, parts: knownParts(message.parts) }).trim())
  }
  return blocks.join('\n\n') + '\n'
}

/** A file name made of a title. */
export const fileName = (title: string) =>
  `${title
    .toLowerCase()
    .replace(/[^\p{L}\d]+/gu, '-')
    .replace(/^-|-$/g, '')
    .slice(0, 60) || 'conversation'}.md`

function cardMarkdown(r: Recommendation): string {
  const lines = [
    `## ${r.name}`,
    `**Audience:** ${segmentName(r.audience.segment)}, ${formatCount(r.audience.size)} people (${r.audience.criteria})`,
    r.rationale,
    r.evidence.map((e) => `- ${e.label}: ${e.value}`).join('\n'),
  ]
  for (const c of r.channels) lines.push(`### ${channels[c.type].name}, ${c.timing.label}`, messageText(c).replace(/^/gm, '> '))
  const { metric, low, mid, high } = r.expected
  lines.push(`**Expected ${metric.replaceAll('_', ' ')} (estimate):** ${mid}, between ${low} and ${high}`)
  return lines.filter(Boolean).join('\n\n')
}

const chartMarkdown = (chart: Chart) =>
  tableMarkdown({
    title: chart.title,
    columns: [{ label: '', align: 'left' }, ...chart.series.map((s) => ({ label: s.name, align: 'right' as const }))],
    rows: chart.x.map((x, i) => [x, ...chart.series.map((s) => String(s.values[i] ?? ''))]),
  })

function tableMarkdown({ title, columns, rows }: Pick<Table, 'title' | 'columns' | 'rows'>): string {
  const cell = (text: string) => text.replaceAll('|', '\\|')
  const line = (cells: string[]) => `| ${cells.map(cell).join(' | ')} |`
  return [
    `**${title}**\n`,
    line(columns.map((c) => c.label)),
    line(columns.map((c) => (c.align === 'right' ? '---:' : '---'))),
    ...rows.map(line),
  ].join('\n')
}
