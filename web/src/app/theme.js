// Runs before the first paint, as a file of its own so that the content security policy can forbid inline scripts.
// theme.ts writes what this reads.
(function () {
  var choice = 'system'
  try {
    choice = localStorage.getItem('pulsehub.theme') || choice
  } catch {
    // Storage is switched off: the system's theme it is.
  }
  var dark = choice === 'dark' || (choice === 'system' && matchMedia('(prefers-color-scheme: dark)').matches)
  document.documentElement.dataset.theme = dark ? 'dark' : 'light'
})()
