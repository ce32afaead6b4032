import { describe, expect, it } from 'vitest'
import { renderSample, renderText } from './liquid'

describe('a message with sample values', () => {
  it('has an address where a placeholder is one, so that an SMS counts its length', () => {
    expect(renderText('Saved: {{ cart.url }} or {{ shop.url }}', 'Nordlicht')).toBe('Saved: shop.example/cart or shop.example')
  })

  it('takes the value that is known, then the default, then the name', () => {
    expect(renderText('{{ first_name | default: "there" }}, {{ campaign.ends_on | default: "Sunday" }}, {{ pet_name }}, {{ company_name }}', 'Nordlicht')).toBe(
      'Anna, Sunday, pet name, Nordlicht',
    )
  })

  it('shows links, bold words and lists of an email, and no marks', () => {
    expect(renderSample('Hi {{ first_name }}\n\n- **Returns:** free\n\n[See it first]({{ last_viewed.url | default: shop.url }})', 'Nordlicht', true)).toEqual([
      { text: 'Hi ' },
      { text: 'Anna', sample: 'first_name' },
      { text: '\n\n' },
      { text: '• ' },
      { text: 'Returns:', as: 'strong' },
      { text: ' free\n\n' },
      { text: 'See it first', as: 'link' },
    ])
  })

  it('leaves the text of an SMS as it is', () => {
    expect(renderText('2 * 3 ** [x](y)\n- z', 'Nordlicht')).toBe('2 * 3 ** [x](y)\n- z')
  })
})
