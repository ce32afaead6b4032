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
