/** A piece of a message: text as written, or what stands in for a placeholder in the preview. */
export interface Piece {
  text: string
  sample?: string
  /** In an email: the button that leads to the shop, or what is printed bold. */
  as?: 'link' | 'strong'
}

const samples: Record<string, string> = {
  first_name: 'Anna',
  last_name: 'Keller',
  name: 'Anna Keller',
  email: 'anna.keller@example.com',
  city: 'Hamburg',
  product: 'Linen shirt',
  product_name: 'Linen shirt',
  last_product: 'Linen shirt',
  cart_value: '€84.00',
  cart_total: '€84.00',
  cart_url: 'shop.example/cart',
  'cart.url': 'shop.example/cart',
  'cart.value': '€84.00',
  'shop.url': 'shop.example',
  'last_viewed.url': 'shop.example/linen-shirt',
  discount: '10%',
  discount_code: 'WELCOME10',
  coupon: 'WELCOME10',
  coupon_code: 'WELCOME10',
  shop_url: 'shop.example',
  unsubscribe_url: 'shop.example/unsubscribe',
  days_since_last_order: '42',
  order_count: '3',
}

const placeholders = /\{\{-?\s*(?<value>.*?)\s*-?\}\}|\{%.*?%\}/gs
const placeholdersAndMarkup = new RegExp(`\\[(?<link>[^\\]\\n]+)\\]\\([^)\\n]*\\)|\\*\\*(?<strong>[^*\\n]+)\\*\\*|^(?<item>[-*] )|${placeholders.source}`, 'gms')

/**
 * Cuts a Liquid template into text and sample values, as one recipient might read it. Tags ({% … %}) leave no trace.
 * An email is Markdown: its links, bold words and lists are told apart.
 */
export function renderSample(template: string, company: string, markdown = false): Piece[] {
  const pieces: Piece[] = []
  let end = 0
  for (const match of template.matchAll(markdown ? placeholdersAndMarkup : placeholders)) {
    if (match.index > end) pieces.push({ text: template.slice(end, match.index) })
    end = match.index + match[0].length
    const { link, strong, item, value } = match.groups ?? {}
    if (link !== undefined) pieces.push({ text: renderText(link, company), as: 'link' })
    else if (strong !== undefined) pieces.push({ text: renderText(strong, company), as: 'strong' })
    else if (item !== undefined) pieces.push({ text: '• ' })
    else if (value !== undefined) pieces.push({ text: valueOf(value, company), sample: value })
  }
  if (end < template.length) pieces.push({ text: template.slice(end) })
  return pieces
}

export const renderText = (template: string, company: string) =>
  renderSample(template, company)
    .map((p) => p.text)
    .join('')

function valueOf(expression: string, company: string): string {
  const [path = '', ...filters] = expression.split('|').map((s) => s.trim())
  const name = path.split('.').at(-1) ?? path
  if (/^(company|company_name|shop|shop_name|store|store_name|brand|workspace)$/.test(name)) return company
  const fallback = filters.map((f) => /^default:\s*["'](.*?)["']$/.exec(f)?.[1]).find((v) => v !== undefined)
  return samples[path] ?? samples[name] ?? fallback ?? name.replaceAll('_', ' ')
}
