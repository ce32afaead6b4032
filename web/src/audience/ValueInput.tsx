import { useId } from 'react'
import { useBuilding } from './building'
import { unitOf, type Field, type Shape } from './catalogue'
import { NumberBox, numberOf, Pick, TextBox, Tokens, type Named } from './controls'
import type { DraftValue, Scalar } from './rule'
import { localOf, momentOf } from './zone'

type Props = Named & { field: Field; shape: Shape; value: DraftValue; onChange: (value: DraftValue) => void; autoFocus?: boolean }

/** What a field is compared with. */
export function ValueInput({ label, faultId, field, shape, value, onChange, autoFocus }: Props) {
  const { currency } = useBuilding()
  const named = { label, faultId, autoFocus }
  const numeric = shape.kind !== 'text' && shape.kind !== 'any' && shape.kind !== 'boolean' && shape.kind !== 'time'
  switch (shape.arity) {
    case 'none':
      return null
    case 'pair': {
      const [low = null, high = null] = Array.isArray(value) ? value : []
      return (
        <span className="inline-flex flex-wrap items-center gap-1.5">
          <NumberBox {...named} label={`${label}, lowest`} value={low as string | null} onChange={(next) => onChange([given(next), high])} />
          <span className="text-ink-2">and</span>
          <NumberBox label={`${label}, highest`} faultId={faultId} value={high as string | null} unit={unitOf(shape.kind, currency)} onChange={(next) => onChange([low, given(next)])} />
        </span>
      )
    }
    case 'list':
      return <ListInput {...named} field={field} shape={shape} value={(Array.isArray(value) ? value : []) as Scalar[]} onChange={onChange} />
    case 'one':
      if (numeric) return <NumberBox {...named} value={value as string} unit={unitOf(shape.kind, currency)} onChange={onChange} />
      return <OneInput {...named} field={field} shape={shape} value={value} onChange={onChange} />
  }
}

const given = (value: number | string) => (value === '' ? null : value)

function OneInput({ field, shape, value, onChange, autoFocus, ...named }: Props) {
  const { timeZone } = useBuilding()
  const list = useId()
  const one = Array.isArray(value) ? undefined : value
  if (shape.kind === 'boolean') return <YesNo {...named} value={one === true} onChange={onChange} />
  if (shape.kind === 'time') {
    return (
      <span className="inline-flex flex-wrap items-center gap-1.5">
        <TextBox {...named} type="datetime-local" autoFocus={autoFocus} value={localOf(String(one ?? ''), timeZone)} onChange={(e) => onChange(momentOf(e.target.value, timeZone))} className="w-52" />
        <span className="text-sm text-ink-3">{timeZone}</span>
      </span>
    )
  }
  if (shape.kind === 'any') return <OwnInput {...named} autoFocus={autoFocus} value={one} onChange={onChange} />
  const countries = field.name === 'country'
  return (
    <>
      <TextBox {...named} autoFocus={autoFocus} value={String(one ?? '')} list={countries ? list : undefined} placeholder={countries ? 'DE' : ''} onChange={(e) => onChange(countries ? code(e.target.value) : e.target.value)} />
      {countries && <CountryHint id={list} value={String(one ?? '')} />}
    </>
  )
}

function YesNo({ value, onChange, ...named }: Named & { value: boolean; onChange: (value: boolean) => void }) {
  return (
    <Pick {...named} value={value ? 'yes' : 'no'} onChange={(e) => onChange(e.target.value === 'yes')}>
      <option value="yes">yes</option>
      <option value="no">no</option>
    </Pick>
  )
}

/** A value of a type that only its source knows: a text unless it is said to be a number or yes or no. */
function OwnInput({ value, onChange, autoFocus, ...named }: Named & { value: Scalar | undefined; onChange: (value: Scalar) => void; autoFocus?: boolean }) {
  const type = typeof value === 'boolean' ? 'boolean' : typeof value === 'number' ? 'number' : 'text'
  const become = (next: string) => onChange(next === 'boolean' ? true : next === 'number' ? (Number(value) || 0) : String(value ?? ''))
  return (
    <span className="inline-flex flex-wrap items-center gap-1.5">
      <Pick label={`${named.label}, type`} value={type} onChange={(e) => become(e.target.value)}>
        <option value="text">text</option>
        <option value="number">number</option>
        <option value="boolean">yes or no</option>
      </Pick>
      {type === 'boolean' ? (
        <YesNo {...named} value={value === true} onChange={onChange} />
      ) : type === 'number' ? (
        // Never a text here: an emptied box is 0, so that it stays a number.
        <NumberBox {...named} value={value as number} onChange={(next) => onChange(typeof next === 'number' ? next : 0)} />
      ) : (
        <TextBox {...named} autoFocus={autoFocus} value={String(value ?? '')} onChange={(e) => onChange(e.target.value)} />
      )}
    </span>
  )
}

function ListInput({ field, shape, value, onChange, ...named }: Named & { field: Field; shape: Shape; value: Scalar[]; onChange: (value: Scalar[]) => void; autoFocus?: boolean }) {
  const list = useId()
  const countries = field.name === 'country'
  // A list of the workspace's own is of numbers as long as it has only numbers.
  const read = shape.kind === 'text' ? (countries ? code : String) : shape.kind === 'any' ? (text: string) => (value.some((v) => typeof v === 'string') ? text : numberOf(text)) : numberOf
  return (
    <>
      <Tokens {...named} value={value} read={read} show={countries ? (v) => countryName(String(v)) : String} list={countries ? list : undefined} onChange={onChange} />
      {countries && <CountryHint id={list} value="" />}
    </>
  )
}

const common = ['AT', 'AU', 'BE', 'BR', 'CA', 'CH', 'CZ', 'DE', 'DK', 'ES', 'FI', 'FR', 'GB', 'GR', 'HU', 'IE', 'IN', 'IT', 'JP', 'LU', 'MX', 'NL', 'NO', 'NZ', 'PL', 'PT', 'RO', 'SE', 'SG', 'SK', 'TR', 'UA', 'US', 'ZA']
const display = new Intl.DisplayNames('en', { type: 'region', fallback: 'none' })

/** The name of a country by its code, or what was given. */
export function countryName(value: string): string {
  return /^[A-Z]{2}$/.test(value) ? (display.of(value) ?? value) : value
}

/** What somebody typed for a country as its code, where it is a code or the name of one that is common here. */
const code = (text: string) => (/^[a-z]{2}$/i.test(text.trim()) ? text.trim().toUpperCase() : (common.find((c) => countryName(c).toLowerCase() === text.trim().toLowerCase()) ?? text))

function CountryHint({ id, value }: { id: string; value: string }) {
  const name = countryName(value)
  return (
    <>
      <datalist id={id}>
        {common.map((c) => (
          <option key={c} value={c}>
            {countryName(c)}
          </option>
        ))}
      </datalist>
      {name !== value && <span className="text-base text-ink-2">{name}</span>}
    </>
  )
}
