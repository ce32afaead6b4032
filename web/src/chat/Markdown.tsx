import { marked, type Token, type Tokens } from 'marked'
import remend from 'remend'
import { Fragment, memo, useMemo, type ReactNode } from 'react'
import { linkSources } from './linkSources'
import { SourceNumber } from './SourceNumber'
import type { Source } from './parts'

interface MarkdownProps {
  text: string
  /** Numbers in the text that have one of these values say where they come from. */
  sources: Source[]
  /** The text is still growing: what is begun and not yet closed is shown as if it were. */
  growing?: boolean
}

/** Markdown as elements. HTML in it stays text, and pictures become links: an answer loads nothing from elsewhere. */
export const Markdown = memo(function Markdown({ text, sources, growing }: MarkdownProps) {
  const blocks = useMemo(() => marked.lexer(growing ? remend(text) : text, { gfm: true }).filter((b) => b.type !== 'space'), [text, growing])
  return (
    <div className="prose">
      {blocks.map((block, i) => (
        <Block key={i} raw={block.raw} token={block} sources={sources} />
      ))}
    </div>
  )
})

/** One block; while the text grows, only the last one is drawn again. */
const Block = memo(
  function Block({ token, sources }: { raw: string; token: Token; sources: Source[] }) {
    return <>{block(token, sources)}</>
  },
  (before, after) => before.raw === after.raw && before.sources === after.sources && before.token.type === after.token.type,
)

function block(token: Token, sources: Source[]): ReactNode {
  const t = token as Tokens.Generic
  switch (token.type) {
    case 'heading': {
      // The page has its own h1 and h2; an answer's headings stand below them.
      const Tag = `h${Math.min(6, (t.depth as number) + 2)}` as 'h3'
      return <Tag>{inline(t.tokens, sources)}</Tag>
    }
    case 'paragraph':
      return <p>{inline(t.tokens, sources)}</p>
    case 'text':
      return t.tokens ? inline(t.tokens, sources) : withSources(t.text as string, sources)
    case 'list': {
      const list = token as Tokens.List
      const Tag = list.ordered ? 'ol' : 'ul'
      return (
        <Tag start={list.ordered && list.start !== 1 ? Number(list.start) : undefined}>
          {list.items.map((item, i) => (
            <li key={i}>
              {item.task && <input type="checkbox" checked={item.checked} disabled aria-label={item.checked ? 'done' : 'to do'} className="mr-1.5" />}
              {item.tokens.filter((child) => child.type !== 'checkbox').map((child, j) => (
                <Fragment key={j}>{block(child, sources)}</Fragment>
              ))}
            </li>
          ))}
        </Tag>
      )
    }
    case 'blockquote':
      return (
        <blockquote>
          {t.tokens?.map((child, i) => (
            <Fragment key={i}>{block(child, sources)}</Fragment>
          ))}
        </blockquote>
      )
    case 'code':
      return (
        <pre tabIndex={0}>
          <code>{t.text as string}</code>
        </pre>
      )
    case 'hr':
      return <hr />
    case 'table': {
      const table = token as Tokens.Table
      return (
        <div className="overflow-x-auto" tabIndex={0} role="group" aria-label="Table">
          <table>
            <thead>
              <tr>
                {table.header.map((cell, i) => (
                  <th key={i} scope="col" style={{ textAlign: cell.align ?? undefined }}>
                    {inline(cell.tokens, sources)}
                  </th>
                ))}
              </tr>
            </thead>
            <tbody>
              {table.rows.map((row, i) => (
                <tr key={i}>
                  {row.map((cell, j) => (
                    <td key={j} className="tabular" style={{ textAlign: cell.align ?? undefined }}>
                      {inline(cell.tokens, sources)}
                    </td>
                  ))}
                </tr>
              ))}
            </tbody>
          </table>
        </div>
      )
    }
    case 'space':
    case 'def':
      return null
    default:
      return <p>{t.raw}</p>
  }
}

function inline(tokens: Token[] | undefined, sources: Source[]): ReactNode {
  return tokens?.map((token, i) => <Fragment key={i}>{inlineOne(token, sources)}</Fragment>)
}

function inlineOne(token: Token, sources: Source[]): ReactNode {
  const t = token as Tokens.Generic
  switch (token.type) {
    case 'text':
      return t.tokens ? inline(t.tokens, sources) : withSources(t.text as string, sources)
    case 'strong':
      return <strong>{inline(t.tokens, sources)}</strong>
    case 'em':
      return <em>{inline(t.tokens, sources)}</em>
    case 'del':
      return <del>{inline(t.tokens, sources)}</del>
    case 'codespan':
      return <code>{t.text as string}</code>
    case 'br':
      return <br />
    case 'escape':
      return t.text as string
    case 'link':
    case 'image': {
      const href = safeHref(t.href as string)
      const label = token.type === 'image' ? (t.text as string) || 'Picture' : inline(t.tokens, sources)
      return href ? (
        <a href={href} target="_blank" rel="noreferrer noopener nofollow">
          {label}
        </a>
      ) : (
        label
      )
    }
    default:
      return t.raw
  }
}

/** Only addresses that lead to a page or a letter; anything else, such as javascript:, is no link. */
function safeHref(href: string): string | undefined {
  return /^(https?:\/\/|mailto:)/i.test(href) ? href : undefined
}

const entities: Record<string, string> = { amp: '&', lt: '<', gt: '>', quot: '"', '#39': "'", nbsp: '\u00a0' }

function withSources(raw: string, sources: Source[]): ReactNode {
  const text = raw.replace(/&(amp|lt|gt|quot|#39|nbsp);/g, (_all, name: string) => entities[name] ?? '')
  return linkSources(text, sources).map((piece, i) =>
    piece.sources ? <SourceNumber key={i} value={piece.text} sources={piece.sources} /> : <Fragment key={i}>{piece.text}</Fragment>,
  )
}
