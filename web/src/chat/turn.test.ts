import { describe, expect, it } from 'vitest'
import type { Frame, FrameData } from './frames'
import { revenueChart, recoveryCard, vipCard } from '@mocks/answers'
import { applyFrames, newTurn } from './turn'

const frame = (attempt: number, seq: number, data: FrameData): Frame => ({ attempt, seq, data })
const chunk = (attempt: number, seq: number, content: string) => frame(attempt, seq, { type: 'chunk', content })
const card = (attempt: number, seq: number, index: number, recommendation = recoveryCard) => frame(attempt, seq, { type: 'campaign_recommendation', index, recommendation })
const complete = (attempt: number, seq: number) => frame(attempt, seq, { type: 'complete', messageId: 'm', status: 'completed', provider: 'analyst' })

describe('applyFrames', () => {
  it('joins chunks exactly, whether they come in one batch or in many', () => {
    const frames = [chunk(1, 1, 'Who '), chunk(1, 2, 'left'), chunk(1, 3, ' a **cart**?')]
    const atOnce = applyFrames(newTurn('t'), frames)
    const oneByOne = frames.reduce((turn, f) => applyFrames(turn, [f]), newTurn('t'))
    expect(atOnce.content).toBe('Who left a **cart**?')
    expect(oneByOne).toEqual(atOnce)
  })

  it('takes a frame once, however often it comes', () => {
    const turn = applyFrames(newTurn('t'), [chunk(1, 1, 'a'), chunk(1, 1, 'a'), chunk(1, 2, 'b')])
    expect(applyFrames(turn, [chunk(1, 1, 'a'), chunk(1, 2, 'b')])).toBe(turn)
    expect(turn.content).toBe('ab')
  })

  it('discards what the turn showed at a reset', () => {
    const turn = applyFrames(newTurn('t'), [
      frame(1, 1, { type: 'status', step: 'reading', label: 'Reading…' }),
      chunk(1, 2, 'half an ans'),
      card(1, 3, 0),
      frame(2, 1, { type: 'reset', attempt: 2 }),
      chunk(2, 2, 'the answer'),
    ])
    expect(turn).toMatchObject({ content: 'the answer', parts: [], steps: [], attempt: 2, seq: 2 })
  })

  it('discards at a reset within an attempt, and goes on after it', () => {
    const turn = applyFrames(newTurn('t'), [chunk(1, 1, 'lost '), frame(1, 2, { type: 'reset', attempt: 1 }), chunk(1, 3, 'all of it')])
    expect(turn.content).toBe('all of it')
    expect(applyFrames(turn, [chunk(1, 1, 'lost '), chunk(1, 3, 'all of it')])).toBe(turn)
  })

  it('treats the first frame of a later attempt as a reset, also without one', () => {
    expect(applyFrames(newTurn('t'), [chunk(1, 1, 'old'), chunk(2, 4, 'new')]).content).toBe('new')
  })

  it('ignores frames of an attempt that a later one replaced', () => {
    const turn = applyFrames(newTurn('t'), [frame(2, 1, { type: 'reset', attempt: 2 }), chunk(2, 2, 'new'), chunk(1, 9, 'zombie'), card(1, 10, 0)])
    expect(turn).toMatchObject({ content: 'new', parts: [] })
  })

  it('takes frames whose numbers are lost, and still knows what it had seen', () => {
    const turn = applyFrames(newTurn('t'), [
      chunk(1, 1, 'a'),
      chunk(1, 2, 'b'),
      frame(1, 0, { type: 'reset', attempt: 1 }),
      chunk(1, 0, 'from the '),
      chunk(1, 0, 'database'),
      chunk(1, 2, 'b'),
    ])
    expect(turn).toMatchObject({ content: 'from the database', attempt: 1, seq: 2 })
    expect(applyFrames(turn, [frame(1, 3, { type: 'reset', attempt: 1 }), chunk(1, 4, 'from the log')]).content).toBe('from the log')
  })

  it('replaces a card by one of the same index, in its place', () => {
    const turn = applyFrames(newTurn('t'), [card(1, 1, 0), card(1, 2, 1, vipCard), card(1, 3, 0, { ...recoveryCard, name: 'Better' })])
    expect(turn.parts.map((p) => (p.type === 'campaign_recommendation' ? p.data.recommendation.name : p.type))).toEqual(['Better', vipCard.name])
  })

  it('keeps a chart with its key and the same step only once', () => {
    const turn = applyFrames(newTurn('t'), [
      frame(1, 1, { type: 'status', step: 'reading', label: 'Reading 10 events…' }),
      frame(1, 2, { type: 'status', step: 'reading', label: 'Reading 20 events…' }),
      frame(1, 3, { type: 'chart', ...revenueChart }),
      frame(1, 4, { type: 'chart', ...revenueChart, title: 'Again' }),
    ])
    expect(turn.steps).toEqual([{ step: 'reading', label: 'Reading 20 events…' }])
    expect(turn.parts).toHaveLength(1)
    expect(turn.parts[0]).toMatchObject({ type: 'chart', key: 'revenue', data: { title: 'Again' } })
  })

  it('ends with complete, and nothing after it counts', () => {
    const turn = applyFrames(newTurn('t'), [chunk(1, 1, 'done'), complete(1, 2), chunk(1, 3, ' and more')])
    expect(turn).toMatchObject({ content: 'done', end: { messageId: 'm', status: 'completed', provider: 'analyst' } })
  })

  it('keeps the problem of a turn that failed, and what there was before', () => {
    const problem = { status: 500, code: 'failed', title: 'Failed', detail: 'The model was away.' }
    const turn = applyFrames(newTurn('t'), [chunk(1, 1, 'so far'), frame(1, 2, { type: 'error', problem })])
    expect(turn).toMatchObject({ content: 'so far', problem })
  })

  it('is the same for any cut of the stream, replayed from any place', () => {
    const frames = [frame(1, 1, { type: 'intent', intent: 'data_question', confidence: 1, requiresAuth: true, module: 'analytics', action: 'view', entities: {} }), chunk(1, 2, 'a'), frame(2, 1, { type: 'reset', attempt: 2 }), chunk(2, 2, 'b'), card(2, 3, 0), chunk(2, 4, 'c'), complete(2, 5)]
    const whole = applyFrames(newTurn('t'), frames)
    for (let cut = 0; cut <= frames.length; cut++) {
      for (let from = 0; from <= cut; from++) {
        const turn = applyFrames(applyFrames(newTurn('t'), frames.slice(0, cut)), frames.slice(from))
        expect(turn).toEqual(whole)
      }
    }
  })
})
