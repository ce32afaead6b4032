import assert from 'node:assert/strict'
import { readFile } from 'node:fs/promises'
import { after, before, describe, it } from 'node:test'
import { accessible, launch, loadDemoData, person, signUp } from './browser.mjs'

describe('analytics', { timeout: 300_000 }, () => {
  let browser
  let ada
  let page
  const panel = (name) => page.getByRole('region', { name, exact: true })
  const counted = (name) => panel(name).getByText(/^Counted from/).waitFor()
  const panels = ['Overview', 'Over time', 'Funnel', 'Channels', 'Revenue', 'Cohorts', 'RFM map', 'Predictions']
  before(async () => {
    browser = await launch()
    ada = await person(browser, { acceptDownloads: true })
    page = await ada.open()
    await signUp(page)
  })
  after(() => browser.close())

  it('says so where there is nothing to count', async () => {
    await page.getByRole('link', { name: 'Analytics', exact: true }).click()
    await page.getByText('Nothing to count yet').waitFor()
    await accessible(page, 'analytics-empty')
    await page.getByRole('link', { name: 'New chat' }).click()
    await loadDemoData(page)
  })

  it('counts every report, on a desk and on a phone', async () => {
    await page.getByRole('link', { name: 'Analytics', exact: true }).click()
    for (const name of panels) await counted(name)
    await panel('Over time').locator('svg.recharts-surface').first().waitFor()
    await accessible(page, 'analytics')
    for (const width of [360, 390, 2560]) {
      await page.setViewportSize({ width, height: 900 })
      assert.ok(await page.evaluate(() => document.documentElement.scrollWidth <= innerWidth), `nothing is wider than ${width} px`)
    }
    await page.setViewportSize({ width: 390, height: 844 })
    await accessible(page, 'analytics-phone')
    await page.setViewportSize({ width: 1440, height: 900 })
    ada.check()
  })

  it('says how well predictions did, or what is missing for them', async () => {
    const predictions = panel('Predictions')
    await predictions.getByRole('heading', { name: /^(How well it did before|Not enough data yet to predict from)$/ }).waitFor()
    await predictions.scrollIntoViewIfNeeded()
    const how = predictions.getByText('How it is computed, with the fitted parameters')
    if (await how.count()) {
      await how.click()
      await predictions.getByText(/Marketing Science/).waitFor()
    }
    await accessible(page, 'analytics-predictions')
  })

  it('keeps range and segment for all reports, also over a reload and back', async () => {
    const everyone = await panel('Funnel').getByText(/^Counted from/).innerText()
    await page.getByRole('button', { name: /^Range: Last 30 days/ }).click()
    await accessible(page, 'analytics-range')
    await page.getByRole('button', { name: 'Last 90 days' }).click()
    await page.waitForURL(/range=90d/)
    await page.getByRole('button', { name: /^Segment: Everyone/ }).click()
    await page.getByRole('button', { name: /^Repeat customers/ }).click()
    await page.waitForURL(/segment=/)
    await page.getByRole('button', { name: 'Segment: Repeat customers' }).waitFor()
    for (const name of panels) await counted(name)
    await panel('Funnel').and(page.locator(':not([aria-busy])')).waitFor()
    const repeat = await panel('Funnel').getByText(/^Counted from/).innerText()
    assert.notEqual(repeat, everyone)
    await page.reload()
    await counted('Funnel')
    assert.equal((await panel('Funnel').getByText(/^Counted from/).innerText()).split(' · ')[0], repeat.split(' · ')[0])
    await page.goBack()
    await page.getByRole('button', { name: /^Segment: Everyone/ }).waitFor()
    await page.goBack()
    await page.getByRole('button', { name: /^Range: Last 30 days/ }).waitFor()
    ada.check()
  })

  it('takes the reader’s own days from the keyboard', async () => {
    await page.getByRole('button', { name: /^Range: / }).focus()
    await page.keyboard.press('Enter')
    await page.getByLabel('First day').fill('2026-03-05')
    await page.getByLabel('Last day').fill('2026-03-01')
    await page.keyboard.press('Enter')
    await page.getByText('The first day comes after the last.').waitFor()
    await page.getByLabel('First day').fill('2026-02-20')
    await page.keyboard.press('Enter')
    await page.waitForURL(/from=2026-02-20&to=2026-03-01/)
    await page.getByRole('button', { name: 'Range: 20 Feb to 1 Mar' }).waitFor()
    await page.goBack()
  })

  it('exports what it shows', async () => {
    await counted('Channels')
    const [file] = await Promise.all([page.waitForEvent('download'), panel('Channels').getByRole('button', { name: 'Export Channels as CSV' }).click()])
    assert.match(file.suggestedFilename(), /^pulsehub-channels-\d{4}-\d\d-\d\d-to-\d{4}-\d\d-\d\d\.csv$/)
    const [header, ...rows] = (await readFile(await file.path(), 'utf8')).trim().split('\r\n')
    assert.match(header, /^channel,visits,orders/)
    assert.equal(rows.length, await panel('Channels').getByRole('rowheader').count())
    ada.check()
  })
})
