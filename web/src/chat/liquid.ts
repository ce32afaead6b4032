/** A piece of a message: text as written, or what stands in for a placeholder in the preview. */
export interface Piece {
  text: string
  sample?: string
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
  discount: '10%',
  discount_code: 'WELCOME10',
  coupon: 'WELCOME10',
  coupon_code: 'WELCOME10',
  shop_url: 'shop.example',
  unsubscribe_url: 'shop.example/unsubscribe',
  days_since_last_order: '42',
  order_count: '3',
}

/** Cuts a Liquid template into text and sample values, as one recipient might read it. Tags ({% … %}) leave no trace. */
export function renderSample(template: string, company: string): Piece[] {
  const pieces: Piece[] = []
  let end = 0
  for (const match of template.matchAll(/\{\{-?\s*(.*?)\s*-?\}\}|\{%.*?%\}/gs)) {
    if (match.index > end) pieces.push({ text: template.slice(end, match.index) })
    end = match.index + match[0].length
    if (match[1] !== undefined) pieces.push({ text: valueOf(match[1], company), sample: match[1] })
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
  return samples[name] ?? fallback ?? name.replaceAll('_', ' ')
}
