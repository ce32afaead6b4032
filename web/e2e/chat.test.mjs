import assert from 'node:assert/strict'
import { after, before, describe, it } from 'node:test'
import { accessible, answered, ask, carts, fillSignUp, launch, loadDemoData, newEmail, person, picture, signUp } from './browser.mjs'

describe('chat', { timeout: 300_000 }, () => {
  let browser
  let ada // signed in, with demo data
  before(async () => {
    browser = await launch()
    ada = await person(browser)
    const page = await ada.open()
    await accessible(page, 'chat-visitor')
    await signUp(page)
    await page.getByRole('button', { name: 'Load demo data' }).waitFor()
    await accessible(page, 'chat-no-data')
    await loadDemoData(page)
    await accessible(page, 'chat-empty')
    await page.close()
  })
  after(() => browser.close())

  it('answers with text, numbers that name their source, and cards', async () => {
    const page = await ada.open()
    await page.getByRole('main').getByRole('button', { name: /Which customers abandoned their carts/ }).click()
    await answered(page).waitFor()
    const cards = page.getByRole('article', { name: /^Campaign: / })
    assert.ok((await cards.count()) > 0, 'there are campaign cards')
    const text = await page.getByRole('log').innerText()
    assert.match(text, /\d/, 'the answer has numbers')
    assert.match(text, /include demo data/)

    const number = page.locator('.prose').getByRole('button', { name: /show where this number comes from$/ }).first()
    await number.click()
    const source = page.getByRole('dialog', { name: 'Where this number comes from' })
    assert.match(await source.innerText(), /select/i)
    await picture(page, 'chat-source')
    await page.keyboard.press('Escape')
    await source.waitFor({ state: 'hidden' })

    for (const tab of await cards.first().getByRole('tab').all()) {
      await tab.click()
      await cards.first().getByRole('tabpanel').waitFor()
    }
    await accessible(page, 'chat-answer')
    await page.setViewportSize({ width: 390, height: 844 })
    assert.ok(await page.evaluate(() => document.documentElement.scrollWidth <= innerWidth), 'nothing is wider than a phone')
    await accessible(page, 'chat-answer-phone')
    await page.close()
    ada.check()
  })

  it('goes on after a reload in the middle of an answer', async () => {
    const page = await ada.open()
    await ask(page, carts)
    await page.waitForURL(/\/c\//)
    await page.reload()
    await answered(page).waitFor()
    assert.equal(await answered(page).count(), 1)
    const shown = await page.locator('.prose').innerText()
    await page.reload()
    await answered(page).waitFor()
    assert.equal(await page.locator('.prose').innerText(), shown, 'the stored answer is what was streamed')
    await page.close()
    ada.check()
  })

  it('shows the same in two tabs, and stops from the second', async () => {
    const first = await ada.open()
    await ask(first, carts)
    await first.waitForURL(/\/c\//)
    const second = await ada.open(new URL(first.url()).pathname)
    // Fast answers may be over before anyone can stop them; both tabs then show the whole answer.
    const stop = second.getByRole('button', { name: 'Stop answering' })
    await Promise.race([stop.waitFor(), answered(second).waitFor()])
    if (await stop.isVisible()) await stop.click({ timeout: 2000 }).catch(() => undefined)
    await Promise.all([answered(first).waitFor(), answered(second).waitFor()])
    assert.equal(await first.getByText('Stopped', { exact: true }).count(), await second.getByText('Stopped', { exact: true }).count())
    assert.equal(await first.locator('.prose').allInnerTexts().then(String), await second.locator('.prose').allInnerTexts().then(String))

    // A question asked in one tab appears in the other.
    await ask(first, 'How did revenue develop over the last 30 days?')
    await second.getByText('How did revenue develop over the last 30 days?').first().waitFor()
    await answered(second).nth(1).waitFor()
    await first.close()
    await second.close()
    ada.check()
  })

  it('draws a chart that can be read as a table', async () => {
    const page = await ada.open()
    await ask(page, 'How did revenue develop over the last 30 days?')
    await answered(page).waitFor()
    const figure = page.getByRole('figure').first()
    await figure.locator('svg.recharts-surface, ol').first().waitFor()
    await accessible(page, 'chat-chart')
    const toTable = figure.getByRole('radio', { name: 'Table' })
    if (await toTable.count()) {
      await toTable.click()
      await figure.getByRole('table').waitFor()
      await accessible(page, 'chat-chart-table')
    }
    await page.close()
    ada.check()
  })

  it('keeps a history that can be searched, renamed and deleted', async () => {
    const page = await ada.open()
    await ask(page, 'What can you do for a shop that sells lamps?')
    await answered(page).waitFor()
    await page.getByRole('button', { name: 'Conversation menu' }).click()
    await page.getByRole('menuitem', { name: 'Rename' }).click()
    await page.getByLabel('Title').fill('About lamps')
    await page.keyboard.press('Enter')
    const history = page.getByRole('region', { name: 'History' })
    await history.getByRole('link', { name: 'About lamps' }).waitFor()
    await history.getByRole('searchbox').fill('lamps')
    await history.getByText('Found').waitFor()
    await accessible(page, 'chat-search')
    await page.getByRole('button', { name: 'Conversation menu' }).click()
    await page.getByRole('menuitem', { name: 'Delete' }).click()
    await accessible(page, 'chat-delete')
    await page.getByRole('button', { name: 'Delete conversation' }).click()
    await page.waitForURL((url) => url.pathname === '/')
    await history.getByText('Nothing mentions “lamps”.').waitFor()
    await page.close()
    ada.check()
  })

  it('asks a visitor to sign up in the conversation, and answers then', async () => {
    const visitor = await person(browser)
    const page = await visitor.open()
    await ask(page, carts)
    const panel = page.getByRole('region', { name: 'Sign in to get the answer' })
    await panel.waitFor()
    await accessible(page, 'chat-sign-up')
    await fillSignUp(panel, newEmail())
    await panel.getByRole('button', { name: 'Create account and answer' }).click()
    await answered(page).waitFor()
    assert.equal(await panel.count(), 0)
    await page.getByRole('region', { name: 'History' }).getByRole('link', { name: /Which customers abandoned/ }).waitFor()
    await page.reload()
    await answered(page).waitFor()
    await picture(page, 'chat-signed-up')
    visitor.check()
    await visitor.close()
  })
})
