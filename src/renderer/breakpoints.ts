/** The part of PostCSS's rules that is needed here. */
interface AtRule { params: string, error: (message: string) => Error }

/** Where the console's layout changes: `@media (--narrow)` in its style sheets. */
const breakpoints: Readonly<Record<string, string>> = {
  /** The navigation becomes a bar of icons. */
  narrow: 'width < 56rem',
  /** The playground and the key browser stack their parts, and the header leaves out words. */
  slim: 'width < 48rem',
  /** Beside the whole navigation, the header has no room for the word of its search. */
  snug: 'width < 62rem',
  /** The header keeps room for the name of a cache. */
  least: 'width < 32rem',
  /** Charts become flatter. */
  low: 'height < 42rem',
}

/** Browsers know no custom media queries yet, and no custom property works inside a query. */
export const customMedia = {
  postcssPlugin: 'larder:breakpoints',
  AtRule: {
    media(rule: AtRule) {
      rule.params = rule.params.replaceAll(/\(--([\w-]+)\)/g, (_, name: string) => {
        if (breakpoints[name] === undefined)
          throw rule.error(`There is no breakpoint --${name} (src/renderer/breakpoints.ts)`)
        return `(${breakpoints[name]})`
      })
    },
  },
}
