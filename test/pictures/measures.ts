/** What the acceptance list of visual.md section 11 measures, in design pixels; called by the picture tests. */
export interface TextNode {
  text: string
  panel: string
  px: number
  contrast: number
  clipped: boolean
}
export interface Measures {
  texts: TextNode[]
  overlaps: string[]
  overflows: string[]
}
