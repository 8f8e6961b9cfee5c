import { cpSync, existsSync, mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { describe, expect, it } from 'vitest'
import { ConfigError, loadConfig } from '../../config/load.ts'

/**
 * Golden cases of configurations that do not fit: each folder holds what differs from `base`, and expected.txt holds
 * the lines that the office reads. Files that `base` does not have are the demo office's own.
 */
const WRONG = join(import.meta.dirname, 'wrong')
const DEMO = join(import.meta.dirname, '../../config')
const cases = readdirSync(WRONG).filter((name) => name !== 'base')

function complaints(...layers: string[]): string[] {
  const dir = mkdtempSync(join(tmpdir(), 'sanling-wrong-'))
  try {
    for (const folder of ['rules', 'screens', 'calendar'])
      cpSync(join(DEMO, folder), join(dir, folder), { recursive: true })
    for (const layer of layers) {
      cpSync(layer, dir, { recursive: true })
      if (existsSync(join(layer, 'remove.txt')))
        for (const file of readFileSync(join(layer, 'remove.txt'), 'utf8').trim().split('\n')) rmSync(join(dir, file))
    }
    loadConfig(dir)
    return []
  } catch (error) {
    if (!(error instanceof ConfigError)) throw error
    const [head, ...lines] = error.message.split('\n')
    expect(head).toBe(`配置有 ${lines.length} 处问题：`)
    return lines.map((line) => line.trim())
  } finally {
    rmSync(dir, { recursive: true })
  }
}

describe('a wrong configuration', () => {
  it('starts from a base that fits', () => {
    expect(complaints(join(WRONG, 'base'))).toEqual([])
  })

  it.each(cases)('%s is told with file and line, in Chinese, all at once', (name) => {
    const lines = complaints(join(WRONG, 'base'), join(WRONG, name))
    const expected = readFileSync(join(WRONG, name, 'expected.txt'), 'utf8')
      .trim()
      .split('\n')
    expect(lines).toEqual(expected)
  })

  it('never repeats a password that somebody wrote into it', () => {
    expect(complaints(join(WRONG, 'base'), join(WRONG, 'plain-password')).join()).not.toContain('geheim123')
  })
})
