// Before the first paint, so that a chosen theme does not flash in the other one, and no row jumps;
// the CSP allows no inline script. Kept in step with theme.ts and density.ts in
// src/renderer/src/stores/.
try {
  const theme = localStorage.getItem('larder.theme')
  if (theme === 'light' || theme === 'dark')
    document.documentElement.dataset.theme = theme
  if (localStorage.getItem('larder.density') === 'comfortable')
    document.documentElement.dataset.density = 'comfortable'
}
catch {
  // A browser that blocks storage throws at every touch: the system's theme and compact rows it is.
}
