import assert from 'node:assert/strict'
import { after, before, describe, it } from 'node:test'
import { accessible, base, launch, password, person, picture, signUp } from './browser.mjs'

describe('pages', { timeout: 300_000 }, () => {
  let browser
  let grace
  let page
  let email
  before(async () => {
    browser = await launch()
    grace = await person(browser)
    page = await grace.open('/signup')
    await page.getByLabel('First name').waitFor()
    await accessible(page, 'sign-up')
    email = await signUp(page)
  })
  after(() => browser.close())

  it('loads demo data with its progress, and removes it', async () => {
    await page.getByRole('link', { name: 'Data', exact: true }).click()
    await page.getByRole('radio', { name: /Small shop/ }).check({ force: true })
    await page.getByRole('button', { name: 'Load demo data' }).click()
    await page.getByText(/^Loaded \S+ events of/).waitFor({ timeout: 120_000 })
    await accessible(page, 'data-loaded')
    await page.getByRole('button', { name: 'Remove demo data' }).click()
    await picture(page, 'data-remove')
    await page.getByRole('dialog').getByRole('button', { name: 'Remove demo data' }).click()
    await page.getByText('Demo data is being removed.').waitFor()
    await accessible(page, 'data-empty')
    grace.check()
  })

  it('saves the profile and the workspace', async () => {
    await page.getByRole('link', { name: 'Settings', exact: true }).click()
    await page.getByLabel('Last name').fill('Murray Hopper')
    await page.getByRole('button', { name: 'Save' }).click()
    await page.getByText('Your profile is saved.').waitFor()
    await accessible(page, 'settings-profile')
    await page.getByRole('link', { name: 'Workspace' }).click()
    await page.getByLabel('Time zone').selectOption('America/New_York')
    await page.getByRole('button', { name: 'Save' }).click()
    await page.getByText('Your workspace is saved.').waitFor()
    await accessible(page, 'settings-workspace')
    await page.reload()
    assert.equal(await page.getByLabel('Time zone').inputValue(), 'America/New_York')
    await page.getByRole('button', { name: /^Account of Grace Murray Hopper/ }).waitFor()
    grace.check()
  })

  it('shows who answers', async () => {
    await page.getByRole('link', { name: 'AI', exact: true }).click()
    await page.getByText('Built-in analyst').waitFor()
    await accessible(page, 'settings-ai')
    grace.check()
  })

  it('shows what was learned, and how sure that is', async () => {
    await page.getByRole('link', { name: 'Learning', exact: true }).click()
    await page.getByRole('heading', { name: 'What was learned' }).waitFor()
    await page.getByRole('rowheader', { name: 'WhatsApp', exact: true }).waitFor()
    await accessible(page, 'settings-learning-begin')
    const ratings = { positive: 9, negative: 3, neutral: 0, outcomes: 1, outcomeMessages: 300, revenue: 812.5, messages: 0, opened: 0, clicked: 0, ordered: 0, visits: 0, visitOrders: 0, weight: 180 }
    await page.route('**/api/ai/learning*', async (route) => {
      const body = await (await route.fetch()).json()
      const level = { ...body.channels[1], segment: 'cart_abandoners', segmentName: 'Cart abandoners', mean: 0.031, low: 0.02, high: 0.044, shrunk: 0.42, compared: 'better', evidence: ratings, words: 'It does better.' }
      const change = { segment: 'cart_abandoners', channel: 'sms', at: new Date().toISOString(), before: 0.017, after: 0.031, words: 'SMS to cart abandoners: 9 more positive ratings; from 1.7 to 3.1 orders for 100 messages.' }
      await route.fulfill({ json: { ...body, pending: true, workspace: { ...body.workspace, evidence: ratings }, cells: [level, { ...level, hourBand: 'on_event', compared: 'worse' }], total: 2, changes: [change] } })
    })
    await page.reload()
    await page.getByRole('row', { name: /SMS to cart abandoners after something they did.*12 ratings, 9 positive/ }).waitFor()
    await accessible(page, 'settings-learning')
    await page.unroute('**/api/ai/learning*')
    grace.check()
  })

  it('shows where one is logged in, and ends another session', async () => {
    const other = await person(browser)
    const there = await other.open('/login')
    await there.getByLabel('Email').waitFor()
    await accessible(there, 'log-in')
    await there.getByLabel('Email').fill(email)
    await there.getByRole('textbox', { name: 'Password' }).fill(password)
    await there.keyboard.press('Enter')
    await there.getByRole('heading', { name: /, Grace$/ }).waitFor()

    await page.getByRole('link', { name: 'Password and sessions' }).click()
    await page.getByText('This device').waitFor()
    await accessible(page, 'settings-security')
    await page.getByRole('button', { name: 'Log out everywhere else' }).click()
    await page.getByRole('button', { name: 'Log out the others' }).click()
    await page.getByText('Every other device is logged out.').waitFor()
    other.check()
    await other.close()
  })

  it('changes the password, and logs out and in with the new one', async () => {
    await page.getByLabel('Current password').fill('not-the-password')
    await page.getByLabel('New password').fill(`${password}-2`)
    await page.getByRole('button', { name: 'Change password' }).click()
    await page.getByText('This is not your password.').waitFor()
    await page.getByLabel('Current password').fill(password)
    await page.getByRole('button', { name: 'Change password' }).click()
    await page.getByText('Your password is changed. Other devices are logged out.').waitFor()
    await page.getByRole('button', { name: /^Account of/ }).click()
    await page.getByRole('menuitem', { name: 'Log out' }).click()
    await page.getByRole('link', { name: 'Log in' }).waitFor()
    await page.goto(`${base}/settings`)
    await page.getByLabel('Email').fill(email)
    await page.getByRole('textbox', { name: 'Password' }).fill(`${password}-2`)
    await page.keyboard.press('Enter')
    await page.getByRole('heading', { name: 'Profile', exact: true }).waitFor()
    grace.check()
  })

  it('says so where there is nothing', async () => {
    await page.goto(`${base}/nowhere`)
    await page.getByText('There is nothing at this address').waitFor()
    await accessible(page, 'not-found')
    await page.goto(`${base}/c/0199f000-0000-7000-8000-00000000dead`)
    await page.getByText('This conversation is not here').waitFor()
    await accessible(page, 'conversation-missing')
    grace.check()
  })
})
