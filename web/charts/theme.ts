import { useTheme } from '../ui/use-theme.ts'

/** Colours a chart needs, read from the tokens of the theme in force; reading `theme` makes it a dependency. */
export function useChartColours(): () => Record<ChartColour, string> {
  const { theme } = useTheme()
  return () => {
    void theme.value
    const style = getComputedStyle(document.documentElement)
    return Object.fromEntries(NAMES.map((name) => [name, style.getPropertyValue(`--${name}`).trim()])) as Record<
      ChartColour,
      string
    >
  }
}
const NAMES = ['data', 'data-dim', 'data-faint', 'text-1', 'text-2', 'text-3', 'line', 'line-strong', 'raised'] as const
export type ChartColour = (typeof NAMES)[number]

export const FONT = '"Noto Sans SC", "Source Han Sans SC", sans-serif'
