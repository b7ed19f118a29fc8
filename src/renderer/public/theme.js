// Before the first paint, so that a chosen theme does not flash in the other one; the CSP allows no
// inline script. Kept in step with src/renderer/src/stores/theme.ts.
try {
  const theme = localStorage.getItem('larder.theme')
  if (theme === 'light' || theme === 'dark')
    document.documentElement.dataset.theme = theme
}
catch {
  // A browser that blocks storage throws at every touch: the system's theme it is.
}
