import { screen, waitFor, within } from '@testing-library/react'
import { http, HttpResponse } from 'msw'
import { describe, expect, it, vi } from 'vitest'
import { open, openSignedIn } from '../../test/app'
import { mockedApi } from '../../test/api'

const api = mockedApi()
const carts = 'Which customers abandoned their carts this week and how do I win them back?'
const question = () => screen.getByRole('textbox', { name: 'Your question' })

describe('a question', () => {
  it('is answered with text, numbers that name their source, and cards', async () => {
    const { user } = await openSignedIn()
    await user.click(screen.getByRole('button', { name: new RegExp('Which customers abandoned') }))
    expect(await screen.findByRole('article', { name: 'Campaign: Bring back this week’s open carts' })).toBeVisible()
    expect(screen.getByRole('article', { name: 'Campaign: A first look for your best customers' })).toBeVisible()
    expect(await screen.findByText('Answered by the built-in analyst')).toBeVisible()
    expect(window.location.pathname).toMatch(/^\/c\/0199/)

    await user.click(await screen.findByRole('button', { name: /^€107,856.40, In open carts: show/ }))
    const source = await screen.findByRole('dialog', { name: 'Where this number comes from' })
    expect(within(source).getByText(/FROM segment_members/)).toBeVisible()
    expect(within(source).getByText('Demo data')).toBeVisible()
  })

  it('stands in the conversation before the API has it, and Enter sends it', async () => {
    let let_through: () => void = () => undefined
    api.server.use(
      http.post('*/api/conversations', async () => {
        await new Promise<void>((resolve) => (let_through = resolve))
        return undefined
      }),
    )
    const { user } = await openSignedIn()
    await user.type(question(), 'What can you do?{Enter}')
    expect(within(screen.getByRole('log')).getByText('What can you do?')).toBeVisible()
    expect(question()).toHaveValue('')
    let_through()
    expect(await screen.findByText(/answers questions about your customers/)).toBeVisible()
    expect(within(screen.getByRole('log')).getAllByText('What can you do?')).toHaveLength(1)
  })

  it('breaks the line with Shift and Enter', async () => {
    const { user } = await openSignedIn()
    await user.type(question(), 'one{Shift>}{Enter}{/Shift}two')
    expect(question()).toHaveValue('one\ntwo')
    expect(screen.queryByRole('log')).not.toBeInTheDocument()
  })

  it('that did not get through is kept, and sent again under the same id', async () => {
    const ids: unknown[] = []
    let down = true
    api.server.use(
      http.post('*/api/conversations/:id/messages', async ({ request }) => {
        const body = (await request.clone().json()) as { clientMessageId: string }
        ids.push(body.clientMessageId)
        return down ? HttpResponse.json({ code: 'rate_limited', detail: 'Too many questions. Wait a minute.', status: 429, title: '' }, { status: 429 }) : undefined
      }),
    )
    const { user } = await openSignedIn()
    await user.type(question(), 'What can you do?{Enter}')
    expect(await screen.findByText('Too many questions. Wait a minute.')).toBeVisible()
    down = false
    await user.click(screen.getByRole('button', { name: 'Send again' }))
    expect(await screen.findByText(/answers questions about your customers/)).toBeVisible()
    expect(screen.queryByText('Too many questions. Wait a minute.')).not.toBeInTheDocument()
    expect(ids).toHaveLength(2)
    expect(ids[0]).toBe(ids[1])
    expect(ids[0]).toMatch(/^[0-9a-f-]{36}$/)
  })

  it('can be stopped, and keeps what was answered', async () => {
    api.world.pace = { step: 5, chunk: 30 }
    const { user } = await openSignedIn()
    await user.type(question(), `${carts}{Enter}`)
    await screen.findByText(/1,284/)
    await user.keyboard('{Escape}')
    expect(await screen.findByText('Stopped')).toBeVisible()
    expect(screen.getByText(/1,284/)).toBeVisible()
    expect(screen.queryByRole('article')).not.toBeInTheDocument()
  })

  it('can be edited: its text goes back to the composer', async () => {
    const { user } = await openSignedIn()
    await user.type(question(), 'What can you do?{Enter}')
    await screen.findByText(/answers questions about your customers/)
    await user.click(screen.getByRole('button', { name: 'Edit and ask again' }))
    expect(question()).toHaveValue('What can you do?')
    expect(question()).toHaveFocus()
    expect(screen.getByText('Sends as a new question')).toBeVisible()
  })

  it('can be answered again: the new answer takes the old one’s place', async () => {
    const { user } = await openSignedIn()
    await user.type(question(), 'What can you do?{Enter}')
    await screen.findByText('Answered by the built-in analyst')
    await user.click(screen.getByRole('button', { name: 'Answer again' }))
    await waitFor(() => expect([...api.world.dialogues.values()][0]!.turns.size).toBe(2))
    await screen.findByText('Answered by the built-in analyst')
    expect(screen.getAllByText(/answers questions about your customers/)).toHaveLength(1)
  })
})

describe('an answer', () => {
  it('goes on after a reload, from the start and only once', async () => {
    api.world.pace = { step: 20, chunk: 8 }
    const first = await openSignedIn()
    await first.user.type(question(), `${carts}{Enter}`)
    await screen.findByText(/customers/, { selector: 'strong' })
    first.unmount()
    const { user } = open(window.location.pathname) // the cookie is not sent in this test, so the visitor has to log in
    await user.click(await screen.findByRole('link', { name: 'Log in' }))
    const id = [...api.world.dialogues.keys()][0]
    await user.type(await screen.findByLabelText('Email'), 'ada@example.com')
    await user.type(screen.getByLabelText('Password'), 'correct-horse')
    await user.click(screen.getByRole('button', { name: 'Log in' }))
    await user.click(await screen.findByRole('link', { name: /Which customers abandoned/ }))
    expect(window.location.pathname).toBe(`/c/${id}`)
    expect(await screen.findByText('Answered by the built-in analyst')).toBeVisible()
    expect(screen.getAllByRole('article')).toHaveLength(2)
    expect(screen.getAllByText(/Here is what I would send/)).toHaveLength(1)
  })

  it('takes a thumb, and a comment with it', async () => {
    const sent: unknown[] = []
    api.server.use(
      http.post('*/api/messages/:id/feedback', async ({ request }) => {
        sent.push(await request.json())
        return new HttpResponse(null, { status: 204 })
      }),
    )
    const { user } = await openSignedIn()
    await user.type(question(), 'What can you do?{Enter}')
    await user.click(await screen.findByRole('button', { name: 'Bad answer' }))
    expect(screen.getByRole('button', { name: 'Bad answer' })).toHaveAttribute('aria-pressed', 'true')
    await user.type(screen.getByLabelText(/What was wrong/), 'Too general')
    await user.click(screen.getByRole('button', { name: 'Send comment' }))
    expect(await screen.findByText('Thank you for the comment.')).toBeVisible()
    expect(sent).toEqual([{ rating: 'down' }, { rating: 'down', comment: 'Too general' }])
  })

  it('is announced once when it begins and once when it ends', async () => {
    api.world.pace = { step: 60, chunk: 25 }
    const { user } = await openSignedIn()
    const said: string[] = []
    const busy: (string | null)[] = []
    const note = (list: unknown[], value: unknown) => value !== list.at(-1) && list.push(value)
    new MutationObserver(() => {
      const announced = document.querySelector('p[role="status"].sr-only')?.textContent
      if (announced) note(said, announced)
      note(busy, document.querySelector('[role="log"]')?.getAttribute('aria-busy'))
    }).observe(document.body, { subtree: true, childList: true, attributes: true, characterData: true })
    await user.type(question(), `${carts}{Enter}`)
    await screen.findByText('Answered by the built-in analyst')
    await waitFor(() => expect(said).toEqual(['PulseHub is answering', 'Answer finished']))
    expect(busy.filter((state) => state !== undefined)).toEqual(['false', 'true', 'false'])
  })

  it('leads on to the next question', async () => {
    const { user } = await openSignedIn()
    await user.type(question(), `${carts}{Enter}`)
    const next = await screen.findByRole('region', { name: 'Ask next' })
    await user.click(within(next).getByRole('button', { name: 'Which channel brings the most revenue?' }))
    expect(await screen.findByRole('figure', { name: 'What each channel brought, last 90 days' })).toBeVisible()
  })
})

describe('a visitor', () => {
  it('signs up inside the conversation, and has the question answered', async () => {
    vi.spyOn(document, 'cookie', 'get').mockReturnValue('pulsehub_visitor=v1')
    api.server.use(
      http.all('*/api/conversations*', ({ request }) => {
        request.headers.set('Cookie', 'pulsehub_visitor=v1')
        return undefined
      }),
      http.all('*/api/conversations/*', ({ request }) => {
        request.headers.set('Cookie', 'pulsehub_visitor=v1')
        return undefined
      }),
    )
    const { user } = open()
    await user.type(await screen.findByRole('textbox', { name: 'Your question' }), `${carts}{Enter}`)
    const panel = await screen.findByRole('region', { name: 'Sign in to get the answer' })
    await user.type(within(panel).getByLabelText('First name'), 'Grace')
    await user.type(within(panel).getByLabelText('Last name'), 'Hopper')
    await user.type(within(panel).getByLabelText('Work email'), 'grace@example.com')
    await user.type(within(panel).getByLabelText('Password'), 'short')
    await user.click(within(panel).getByRole('button', { name: 'Create account and answer' }))
    expect(await within(panel).findByText('A password has at least 10 characters')).toBeVisible()
    await user.type(within(panel).getByLabelText('Password'), '-but-longer')
    await user.click(within(panel).getByRole('button', { name: 'Create account and answer' }))
    expect(await screen.findByRole('article', { name: /open carts/ })).toBeVisible()
    expect(screen.queryByRole('region', { name: 'Sign in to get the answer' })).not.toBeInTheDocument()
    expect(await screen.findByRole('button', { name: /^Account of Grace Hopper/ })).toBeVisible()
  })
})

describe('the history', () => {
  it('finds, renames and deletes conversations', async () => {
    const { user } = await openSignedIn()
    await user.type(question(), 'What can you do?{Enter}')
    await screen.findByText('Answered by the built-in analyst')
    const history = screen.getByRole('region', { name: 'History' })
    expect(within(history).getByText('Today')).toBeVisible()

    await user.click(await within(history).findByRole('button', { name: 'Menu of What can you do' }))
    await user.click(await screen.findByRole('menuitem', { name: 'Rename' }))
    await user.clear(await screen.findByLabelText('Title'))
    await user.type(screen.getByLabelText('Title'), 'First steps{Enter}')
    expect(await within(history).findByRole('link', { name: 'First steps' })).toBeVisible()
    expect(screen.getByRole('heading', { level: 1, name: 'First steps' })).toBeVisible()

    await user.type(within(history).getByRole('searchbox'), 'zebra')
    expect(await within(history).findByText('Nothing mentions “zebra”.')).toBeVisible()
    await user.click(within(history).getByRole('button', { name: 'Clear search' }))

    await user.click(await within(history).findByRole('button', { name: 'Menu of First steps' }))
    await user.click(await screen.findByRole('menuitem', { name: 'Delete' }))
    await user.click(await screen.findByRole('button', { name: 'Delete conversation' }))
    expect(await within(history).findByText('Your conversations will be kept here.')).toBeVisible()
    expect(window.location.pathname).toBe('/')
  })
})
