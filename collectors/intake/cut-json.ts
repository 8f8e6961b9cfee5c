/**
 * Is this JSON that just stops (an open bracket or string at its end), as opposed to wrong in itself? That is what a
 * line break inside a body leaves behind when lines are the framing.
 */
export function isCutJson(text: string): boolean {
  const start = text.indexOf('{')
  if (start < 0) return false
  let depth = 0
  let inString = false
  for (let at = start; at < text.length; at++) {
    const char = text[at]
    if (inString) {
      if (char === '\\') at++
      else if (char === '"') inString = false
    } else if (char === '"') inString = true
    else if (char === '{' || char === '[') depth++
    else if (char === '}' || char === ']') depth--
    if (depth === 0 && !inString) return false
  }
  return true
}
