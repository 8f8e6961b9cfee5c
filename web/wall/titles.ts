/** What a panel is called when it cannot speak for itself. */
export const TITLES: Readonly<Record<string, string>> = PANEL_TITLES
