/** What a line of clamd.log or freshclam.log says, its time taken off. */
export type Statement =
  | { what: 'found'; path: string; name: string; md5?: string; size?: number }
  | { what: 'database'; name: string; outcome: 'updated' | 'up_to_date' | 'outdated' | 'failed'; version?: string }
  | { what: 'engine'; up: boolean; reason: 'started' | 'stopped' }

const FOUND = ' FOUND'
/** `ExtendedDetectionInfo yes` */
const DETAILS = /\(([0-9a-f]{32}):(\d{1,18})\)$/
const UPDATED = /^([\w.-]{1,64}\.c[lv]d) updated \(version: (\d{1,12})/
const CURRENT = /^([\w.-]{1,64}\.c[lv]d) database is up[- ]to[- ]date \(version: (\d{1,12})/
const FAILED = /^(?:ERROR: )?(?:Update failed|Database update process failed|Can't (?:download|connect|query))/i

/** Undefined: understood as nothing that matters (self checks, settings, clean files). Never throws. */
export function readClamLine(line: string): Statement | undefined {
  const text = line.trimEnd()
  if (text.endsWith(FOUND)) return readFound(text.slice(0, -FOUND.length))
  const updated = UPDATED.exec(text)
  if (updated) return { what: 'database', name: updated[1] ?? '', outcome: 'updated', version: updated[2] }
  const current = CURRENT.exec(text)
  if (current) return { what: 'database', name: current[1] ?? '', outcome: 'up_to_date', version: current[2] }
  if (/\binstallation is OUTDATED/.test(text)) return { what: 'database', name: 'ClamAV', outcome: 'outdated' }
  if (FAILED.test(text)) return { what: 'database', name: 'freshclam', outcome: 'failed' }
  if (text.startsWith('+++ Started at')) return { what: 'engine', up: true, reason: 'started' }
  if (text.startsWith('--- Stopped at')) return { what: 'engine', up: false, reason: 'stopped' }
  return undefined
}

/** Paths may hold `: ` and ` FOUND`; a signature's name holds neither: the last `: ` is the border. */
function readFound(text: string): Statement | undefined {
  const border = text.lastIndexOf(': ')
  if (border <= 0) return undefined
  const path = text.slice(0, border)
  const said = text.slice(border + 2)
  const details = DETAILS.exec(said)
  const name = details ? said.slice(0, details.index) : said
  if (name === '') return undefined
  return details
    ? { what: 'found', path, name, md5: details[1], size: Number(details[2]) }
    : { what: 'found', path, name }
}
