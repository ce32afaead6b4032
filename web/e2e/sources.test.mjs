import assert from 'node:assert/strict'
import { createServer } from 'node:http'
import { once } from 'node:events'
import { after, before, describe, it } from 'node:test'
import { accessible, base, launch, person, picture, signUp } from './browser.mjs'

describe('data sources', { timeout: 300_000 }, () => {
  let browser
  let ada
  let page
  before(async () => {
    browser = await launch()
    ada = await person(browser, { permissions: ['clipboard-read', 'clipboard-write'] })
    page = await ada.open()
    await signUp(page)
  })
  after(() => browser.close())

  const add = async (kind, name) => {
    await page.getByRole('link', { name: 'Data', exact: true }).first().click()
    await page.getByRole('heading', { name: 'Data sources' }).waitFor()
    await page.getByRole('button', { name: new RegExp(`^(Add a data source|${kind})`) }).first().click()
    await page.getByRole('radio', { name: new RegExp(`^${kind}`) }).check({ force: true })
    await page.getByRole('textbox', { name: 'Name' }).fill(name)
    await accessible(page, `data-add-${name.toLowerCase()}`)
    await page.getByRole('button', { name: 'Add it' }).click()
    await page.getByRole('heading', { name, level: 2 }).waitFor()
  }
  const writeKey = async () => (await page.getByRole('region', { name: 'Write key' }).locator('code').innerText()).trim()
  const send = (key, body) => fetch(`${base}/api/v1/track`, { method: 'POST', headers: { Authorization: `Basic ${btoa(`${key}:`)}`, 'Content-Type': 'application/json' }, body: JSON.stringify(body) })

  it('shows a server’s event the moment it arrives, and a bad one with its reason', async () => {
    await add('Server or app', 'Backend')
    await page.getByText(/^Waiting for the first event\. /).waitFor()
    await accessible(page, 'data-set-up')
    const key = await writeKey()
    await page.getByRole('button', { name: 'Copy the write key' }).click()
    await page.getByRole('button', { name: 'Copied' }).waitFor()
    assert.equal(await page.evaluate(() => navigator.clipboard.readText()), key)

    assert.equal((await send(key, { messageId: 'e2e-1', userId: 'customer-1', event: 'Order Completed', properties: { order_id: '1001', revenue: 49.9 } })).status, 200)
    await page.getByText(/^It works: order completed/).waitFor()
    await page.getByRole('link', { name: 'Received', exact: true }).click()
    const received = page.getByRole('region', { name: 'Received events' })
    await received.getByText('Order completed').waitFor()
    await send(key, { messageId: 'e2e-2', userId: 'customer-1', event: 'Lamp dimmed', properties: { level: 3 } })
    await received.getByText('Lamp dimmed').click()
    await received.getByLabel('Properties').getByText('"level": 3').waitFor()
    await accessible(page, 'data-received')

    assert.equal((await send(key, { messageId: 'e2e-3', userId: 'customer-1', event: 'Order Completed', timestamp: 'yesterday' })).status, 200)
    await page.getByRole('link', { name: /^Rejected/ }).click()
    const rejected = page.getByRole('region', { name: 'Rejected events' })
    await rejected.getByText(/Give an ISO 8601 time/).waitFor()
    await rejected.getByText('Order Completed', { exact: true }).click()
    await rejected.getByLabel('As it was sent').getByText('yesterday').waitFor()
    await accessible(page, 'data-rejected')
    await page.setViewportSize({ width: 390, height: 844 })
    assert.ok(await page.evaluate(() => document.documentElement.scrollWidth <= innerWidth), 'nothing is wider than a phone')
    await accessible(page, 'data-rejected-phone')
    await page.setViewportSize({ width: 1440, height: 900 })
    ada.check()
  })

  it('has a tag that works as it is pasted', async () => {
    await add('Google Tag Manager', 'Shop')
    const tag = await page.getByLabel('The tag', { exact: true }).innerText()
    const shop = createServer((_request, response) => {
      response.setHeader('Content-Type', 'text/html')
      response.end(`<!doctype html><title>A lamp</title><script>window.dataLayer = [{ event: 'view_item', ecommerce: { currency: 'EUR', value: 49.9, items: [{ item_name: 'Desk lamp' }] } }]</script>${tag}`)
    })
    shop.listen(0, '127.0.0.1')
    await once(shop, 'listening')
    const visitor = await person(browser)
    const there = await visitor.context.newPage()
    await there.goto(`http://127.0.0.1:${shop.address().port}/lamps/desk?utm_source=letter&utm_medium=email`)
    await there.evaluate(() => window.dataLayer.push({ event: 'add_to_cart', ecommerce: { currency: 'EUR', value: 49.9, items: [{ item_name: 'Desk lamp' }] } }))
    await page.getByText(/^It works: /).waitFor()
    await page.getByRole('link', { name: 'Received', exact: true }).click()
    const received = page.getByRole('region', { name: 'Received events' })
    for (const name of ['Page viewed', 'Product viewed', 'Product added to cart']) await received.getByText(name, { exact: true }).waitFor()
    await received.getByText('Desk lamp · email').first().waitFor()
    await page.goto(`${base}/data`)
    await page.getByRole('article', { name: 'Shop' }).getByText('Receiving').waitFor()
    await accessible(page, 'data-sources')
    visitor.check()
    await visitor.close()
    shop.close()
    shop.closeAllConnections()
    ada.check()
  })

  it('replaces the key, pauses, renames and removes', async () => {
    await page.getByRole('link', { name: 'Backend', exact: true }).click()
    await page.getByRole('link', { name: 'How to send' }).click()
    const old = await writeKey()
    await page.getByRole('button', { name: 'Replace', exact: true }).click()
    await picture(page, 'data-replace-key')
    await page.getByRole('button', { name: 'Replace the key' }).click()
    await page.getByText('The new write key is in place.').waitFor()
    await page.waitForFunction((key) => !document.body.innerText.includes(key), old)
    assert.notEqual(await writeKey(), old)

    await page.getByRole('button', { name: 'More for Backend' }).click()
    await page.getByRole('menuitem', { name: 'Pause' }).click()
    await page.getByText(/^Paused: what is sent is refused/).waitFor()
    await page.getByRole('button', { name: 'More for Backend' }).click()
    await page.getByRole('menuitem', { name: 'Rename' }).click()
    await page.getByRole('textbox', { name: 'Name' }).fill('Old backend')
    await page.keyboard.press('Enter')
    await page.getByRole('heading', { name: 'Old backend', level: 2 }).waitFor()
    await page.getByRole('button', { name: 'More for Old backend' }).click()
    await page.getByRole('menuitem', { name: 'Remove' }).click()
    await accessible(page, 'data-remove-source')
    await page.getByRole('button', { name: 'Remove data source' }).click()
    await page.getByText('Old backend is removed.').waitFor()
    assert.equal(await page.getByRole('article', { name: 'Old backend' }).count(), 0)
    await page.getByRole('article', { name: 'Shop' }).waitFor()
    ada.check()
  })
})
