import { screen, waitFor, within } from '@testing-library/react'
import { http, HttpResponse } from 'msw'
import { describe, expect, it } from 'vitest'
import { openSignedIn } from '../../test/app'
import { mockedApi } from '../../test/api'

const api = mockedApi()

async function openNew() {
  const app = await openSignedIn('/audience')
  await app.user.click(await screen.findByRole('link', { name: 'New segment' }))
  await screen.findByRole('button', { name: 'Add condition' })
  return app
}

const conditions = () => screen.getByRole('group', { name: 'Conditions' })
const matching = () => screen.getByRole('region', { name: 'Who matches' })

async function add({ user }: Awaited<ReturnType<typeof openNew>>, what: string) {
  await user.click(screen.getAllByRole('button', { name: 'Add condition' }).at(-1)!)
  await user.type(await screen.findByRole('combobox', { name: 'What to add' }), `${what}{Enter}`)
}

/** The rules that are asked about, as they come. */
function watchPreviews(answer: (rule: unknown, signal: AbortSignal) => Promise<Response | undefined> | undefined = () => undefined) {
  const asked: unknown[] = []
  api.server.use(
    http.post('*/api/segments/preview', async ({ request }) => {
      const { rule } = (await request.clone().json()) as { rule: unknown }
      asked.push(rule)
      return (await answer(rule, request.signal))
    }),
  )
  return asked
}

describe('segments', () => {
  it('are listed with their size and how it developed, the own ones first', async () => {
    await openSignedIn('/audience')
    const own = await screen.findByRole('region', { name: 'Your segments' })
    expect(within(own).getByRole('link', { name: 'German regulars' })).toBeVisible()
    const standard = screen.getByRole('region', { name: 'Standard segments' })
    expect(within(standard).getByText('1,284')).toBeVisible()
    expect(within(standard).getAllByRole('img', { name: /^From [\d,]+ on .+ to [\d,]+ on / })).toHaveLength(2)
    expect(within(standard).getAllByText(/in 7 days/)).toHaveLength(2)
  })

  it('that are standard can be duplicated only; the own ones renamed and deleted, too', async () => {
    const { user } = await openSignedIn('/audience')
    await user.click(await screen.findByRole('button', { name: 'Menu of Cart abandoners' }))
    expect((await screen.findAllByRole('menuitem')).map((item) => item.textContent.trim())).toEqual(['Duplicate'])
    await user.keyboard('{Escape}')

    await user.click(screen.getByRole('button', { name: 'Menu of German regulars' }))
    await user.click(await screen.findByRole('menuitem', { name: 'Rename' }))
    await user.clear(await screen.findByLabelText('Name'))
    await user.type(screen.getByLabelText('Name'), 'Friends from Germany{Enter}')
    expect(await screen.findByRole('link', { name: 'Friends from Germany' })).toBeVisible()

    await user.click(screen.getByRole('button', { name: 'Menu of Friends from Germany' }))
    await user.click(await screen.findByRole('menuitem', { name: 'Delete' }))
    await user.click(await screen.findByRole('button', { name: 'Delete segment' }))
    expect(await screen.findByText('“Friends from Germany” is deleted.')).toBeVisible()
    expect(screen.queryByRole('link', { name: 'Friends from Germany' })).not.toBeInTheDocument()
  })

  it('that others refer to say so instead of being deleted', async () => {
    api.server.use(
      http.delete('*/api/segments/:id', () => HttpResponse.json({ code: 'segment_in_use', status: 409, title: '', detail: 'Other segments refer to this one: Winter. Change or delete them first.' }, { status: 409 })),
    )
    const { user } = await openSignedIn('/audience')
    await user.click(await screen.findByRole('button', { name: 'Menu of German regulars' }))
    await user.click(await screen.findByRole('menuitem', { name: 'Delete' }))
    await user.click(await screen.findByRole('button', { name: 'Delete segment' }))
    expect(await screen.findByText(/Other segments refer to this one: Winter/)).toBeVisible()
    expect(screen.getByText('This segment cannot be deleted')).toBeVisible()
  })

  it('show their members, page after page', async () => {
    const { user } = await openSignedIn('/audience')
    await user.click(await screen.findByRole('link', { name: 'Repeat customers' }))
    const table = await screen.findByRole('table', { name: 'Members' })
    expect(within(table).getAllByRole('row')).toHaveLength(51)
    await user.click(screen.getByRole('button', { name: 'Show more' }))
    await waitFor(() => expect(within(table).getAllByRole('row')).toHaveLength(101))
    await user.click(screen.getByRole('button', { name: 'Show more' }))
    await waitFor(() => expect(within(table).getAllByRole('row')).toHaveLength(121))
    expect(screen.queryByRole('button', { name: 'Show more' })).not.toBeInTheDocument()
  })

  it('that cannot be loaded are asked for again', async () => {
    let down = true
    api.server.use(http.get('*/api/segments', () => (down ? HttpResponse.json({ code: 'oops', status: 500, title: '', detail: 'Something went wrong on our side.' }, { status: 500 }) : undefined)))
    const { user } = await openSignedIn('/audience')
    expect(await screen.findByText('Something went wrong on our side.')).toBeVisible()
    down = false
    await user.click(screen.getByRole('button', { name: 'Try again' }))
    expect(await screen.findByRole('link', { name: 'Cart abandoners' })).toBeVisible()
  })
})

describe('the builder', () => {
  it('makes a segment out of conditions, groups and not, by keyboard', async () => {
    const sent: unknown[] = []
    api.server.use(http.post('*/api/segments', async ({ request }) => void sent.push(await request.clone().json())))
    const app = await openNew()
    const { user } = app
    expect(screen.getByRole('button', { name: 'Save segment' })).toBeDisabled()

    await add(app, 'orders')
    expect(await screen.findByRole('textbox', { name: 'Orders: value' })).toHaveFocus()
    await user.keyboard('3')
    await user.selectOptions(screen.getByRole('combobox', { name: 'Orders: how to compare' }), 'at most')

    await user.click(screen.getByRole('button', { name: 'Add group' }))
    const group = screen.getByRole('group', { name: 'Group of conditions' })
    await user.selectOptions(within(group).getByRole('combobox', { name: 'How the conditions of this group combine' }), 'none of these')
    await user.click(within(group).getByRole('button', { name: 'Add condition' }))
    await user.type(await screen.findByRole('combobox', { name: 'What to add' }), 'country{Enter}')
    await user.selectOptions(within(group).getByRole('combobox', { name: 'Country: how to compare' }), 'is one of')
    await user.type(within(group).getByRole('combobox', { name: 'Country: value' }), 'de, austria{Enter}')
    expect(within(group).getByRole('button', { name: 'Remove Germany' })).toBeVisible()
    expect(within(group).getByRole('button', { name: 'Remove Austria' })).toBeVisible()

    await user.click(within(group).getByRole('button', { name: 'Add condition' }))
    await user.type(await screen.findByRole('combobox', { name: 'What to add' }), 'put a product into{Enter}')
    const event = within(group).getByRole('group', { name: 'Put a product into the cart' })
    await user.selectOptions(within(event).getByRole('combobox', { name: 'How often' }), 'more than…')
    await user.clear(within(event).getByRole('textbox', { name: 'How long' }))
    await user.type(within(event).getByRole('textbox', { name: 'How long' }), '36')
    await user.selectOptions(within(event).getByRole('combobox', { name: 'Days or hours' }), 'hours')
    await user.click(within(event).getByRole('button', { name: /narrow “put a product/ }))
    await user.type(within(event).getByRole('textbox', { name: 'Value: value' }), '49,90')

    await user.type(screen.getByLabelText('Name'), 'Careful people')
    await user.click(screen.getByRole('button', { name: 'Save segment' }))
    expect(await screen.findByText('“Careful people” is saved.')).toBeVisible()
    expect(sent).toEqual([
      {
        name: 'Careful people',
        rule: {
          type: 'and',
          rules: [
            { type: 'feature', feature: 'orders', op: 'lte', value: 3 },
            {
              type: 'not',
              rule: {
                type: 'or',
                rules: [
                  { type: 'attribute', attribute: 'country', op: 'in', value: ['DE', 'AT'] },
                  { type: 'event', event: 'product_added', count: { op: 'gt', value: 1 }, within: { hours: 36 }, where: [{ property: 'value', op: 'gte', value: 49.9 }] },
                ],
              },
            },
          ],
        },
      },
    ])
    expect(window.location.pathname).toMatch(/^\/audience\/segments\/0199e/)
  })

  it('gives a rule back as it was when only the name is changed', async () => {
    const sent: unknown[] = []
    api.server.use(http.patch('*/api/segments/:id', async ({ request }) => void sent.push(await request.clone().json())))
    const { user } = await openSignedIn('/audience')
    await user.click(await screen.findByRole('link', { name: 'German regulars' }))
    await user.click(await screen.findByRole('link', { name: 'Edit' }))
    expect(await screen.findByRole('group', { name: 'Ordered' })).toBeVisible()
    await user.type(screen.getByLabelText('Name'), ' 2027')
    await user.click(screen.getByRole('button', { name: 'Save changes' }))
    expect(await screen.findByText('The segment is saved.')).toBeVisible()
    expect(sent).toEqual([{ name: 'German regulars 2027' }])
  })

  it('counts once the editing rests, and nothing that is unfinished', async () => {
    const asked = watchPreviews()
    const app = await openNew()
    await add(app, 'orders')
    expect(within(matching()).getByText('Counted again once every condition is filled in.')).toBeVisible()
    await app.user.type(screen.getByRole('textbox', { name: 'Orders: value' }), '123')
    expect(await within(matching()).findByText(/Counted over all customers/)).toBeVisible()
    expect(within(matching()).getByText('Ada Keller')).toBeVisible()
    expect(asked).toEqual([{ type: 'and', rules: [{ type: 'feature', feature: 'orders', op: 'gte', value: 123 }] }])
  })

  it('gives up a count whose rule is outdated, and never shows it', async () => {
    const given: string[] = []
    const release: (() => void)[] = []
    watchPreviews((rule, signal) => {
      const value = JSON.stringify(rule).includes('"value":1}') ? 1111 : 2222
      signal.addEventListener('abort', () => given.push(`${value} given up`))
      return new Promise((resolve) => {
        const answer = () => resolve(HttpResponse.json({ count: value, sample: [], tookMs: 1, criteria: '', query: '' }))
        if (value === 1111) release.push(answer)
        else answer()
      })
    })
    const app = await openNew()
    await add(app, 'orders')
    await app.user.type(screen.getByRole('textbox', { name: 'Orders: value' }), '1')
    await waitFor(() => expect(release).toHaveLength(1))
    await app.user.type(screen.getByRole('textbox', { name: 'Orders: value' }), '2')
    expect(await within(matching()).findByText('2,222')).toBeVisible()
    expect(given).toEqual(['1111 given up'])
    release.forEach((answer) => answer())
    await app.user.tab() // whatever the late answer would do is done by now
    expect(within(matching()).getByText('2,222')).toBeVisible()
    expect(within(matching()).queryByText('1,111')).not.toBeInTheDocument()
  })

  it('says what is wrong at the condition that the API points to, until it is edited', async () => {
    const app = await openNew()
    const { user } = app
    await add(app, 'money spent')
    await user.type(screen.getByRole('textbox', { name: 'Money spent: value' }), '5')
    await add(app, 'orders')
    const value = screen.getByRole('textbox', { name: 'Orders: value' })
    await user.type(value, 'many')
    const row = screen.getByRole('group', { name: 'Orders' })
    expect(await within(row).findByText('Give a whole number.')).toBeVisible()
    expect(value).toHaveAttribute('aria-invalid', 'true')
    expect(value).toHaveAccessibleDescription('Give a whole number.')
    expect(within(screen.getByRole('group', { name: 'Money spent' })).queryByText('Give a whole number.')).not.toBeInTheDocument()
    expect(within(matching()).getByText('Counted again once what is marked is right.')).toBeVisible()
    await user.clear(value)
    await user.type(value, '4')
    expect(await within(matching()).findByText(/Counted over all customers/)).toBeVisible()
    expect(within(conditions()).queryByText('Give a whole number.')).not.toBeInTheDocument()
  })

  it('tells of a name that is taken, and of one that is missing', async () => {
    const app = await openNew()
    const { user } = app
    await add(app, 'open cart')
    await user.click(screen.getByRole('button', { name: 'Save segment' }))
    expect(await screen.findByText('Give the segment a name, so that you find it again.')).toBeVisible()
    expect(screen.getByLabelText('Name')).toHaveFocus()
    await user.type(screen.getByLabelText('Name'), 'German regulars')
    await user.click(screen.getByRole('button', { name: 'Save segment' }))
    expect(await screen.findByText('There is a segment "German regulars" already. Give another name.')).toBeVisible()
  })

  it('shows what plain words were read as, by whom, and what is not in it, before anything is saved', async () => {
    const { user } = await openSignedIn('/audience')
    await user.type(await screen.findByRole('textbox', { name: 'Who is meant, in plain words' }), 'Germans who love cats{Enter}')
    expect(await screen.findByText('Made from your words by the built-in analyst. Check it before you save.')).toBeVisible()
    expect(screen.getByText('I did not understand "love cats".')).toBeVisible()
    expect(within(conditions()).getByRole('group', { name: 'Country' })).toBeVisible()
    expect(within(conditions()).getByRole('group', { name: 'Ordered' })).toBeVisible()

    await user.click(within(conditions()).getByRole('button', { name: 'Remove Country' }))
    await user.type(screen.getByRole('textbox', { name: 'Who is meant, in plain words' }), 'Germans{Enter}')
    expect(await within(conditions()).findByRole('group', { name: 'Country' })).toBeVisible()
    await user.click(screen.getByRole('button', { name: 'Undo' }))
    expect(within(conditions()).queryByRole('group', { name: 'Country' })).not.toBeInTheDocument()
  })

  it('says so where the words were not understood', async () => {
    const { user } = await openSignedIn('/audience')
    await user.type(await screen.findByRole('textbox', { name: 'Who is meant, in plain words' }), 'xyzzy{Enter}')
    expect(await screen.findByText('I could not make a rule of this.')).toBeVisible()
    expect(screen.getByText('I did not understand "xyzzy".')).toBeVisible()
  })

  it('asks before what was built is lost', async () => {
    const app = await openNew()
    const { user } = app
    await add(app, 'open cart')
    await user.click(screen.getByRole('link', { name: 'Cancel' }))
    expect(await screen.findByRole('dialog', { name: 'Leave without saving?' })).toBeVisible()
    await user.click(screen.getByRole('button', { name: 'Cancel' }))
    expect(screen.getByRole('group', { name: 'Open cart' })).toBeVisible()
    await user.click(screen.getByRole('link', { name: 'Cancel' }))
    await user.click(await screen.findByRole('button', { name: 'Leave' }))
    expect(await screen.findByRole('region', { name: 'Your segments' })).toBeVisible()
  })

  it('duplicates a standard segment to be changed', async () => {
    const { user } = await openSignedIn('/audience')
    await user.click(await screen.findByRole('link', { name: 'Repeat customers' }))
    await user.click(await screen.findByRole('link', { name: 'Duplicate' }))
    expect(await screen.findByLabelText('Name')).toHaveValue('Copy of Repeat customers')
    await user.click(screen.getByRole('button', { name: 'Save segment' }))
    expect(await screen.findByText('“Copy of Repeat customers” is saved.')).toBeVisible()
  })
})
