import { describe, expect, it } from 'vitest'
import { readXlsx } from '../../collectors/cases/xlsx/read.ts'
import { cellText } from '../../collectors/intake/spreadsheet.ts'
import { type Brief, briefOf, changedFigures } from '../../contract/brief/brief.ts'
import { readDocx } from '../../server/disclosure/files/docx-read.ts'
import { writeDocx } from '../../server/disclosure/files/docx-write.ts'
import { rereadPdf } from '../../server/disclosure/files/pdf-reread.ts'
import { writePdf } from '../../server/disclosure/files/pdf-write.ts'
import { xlsxBytes } from '../../server/export/xlsx/bytes.ts'
import { briefBlocks, briefSheets, momentWords } from '../../server/meetings/brief/tables.ts'
import { NORMAL, NOW } from '../pictures/fixtures/panels.ts'

/** All three files say the figures of the wall, each as the wall writes it, and the instant. */

const OFFICE = { unit: '示例区人民检察院', demo: true }
const brief = briefOf(NOW, NORMAL, OFFICE)
const figures = brief.sections.flatMap(({ title, figures: own }) => own.map((one) => [title, one.label, one.text]))

describe('a brief', () => {
  it('holds the figures that the pictures of the wall show', () => {
    const text = (id: string, it: Brief = brief) =>
      it.sections.flatMap((section) => section.figures).find((one) => one.id === id)?.text
    expect(text('terminal.online-rate')).toBe('92.7')
    expect(text('zeros.case')).toBe('1\u2009024')
    expect(text('access.passes')).toBe('239')
    expect(text('flow.red')).toBe('1')
    expect(text('flow.over-detention')).toBe('0')
    expect(text('draw.random-share')).toBe('85.9')
    expect(new Set(figures.map((one) => one.join())).size).toBe(figures.length)
  })
  it('says – for what is not known, and why a panel has no figures', () => {
    const { sections } = briefOf(
      NOW,
      {
        terminal: { ...NORMAL.terminal, onlineRate: null },
        access: { broken: { cause: 'x', lastOkAt: null, retryAt: 0 } },
        flow: { ...NORMAL.flow, freshness: { ...NORMAL.flow.freshness, at: NOW - 86_400_000 } },
        draw: { nonsense: true },
      },
      OFFICE,
    )
    const state = (panel: string) => sections.find((one) => one.panel === panel)
    expect(state('terminal')?.figures[0]).toMatchObject({ value: null, text: '–' })
    expect(state('access')).toMatchObject({ state: 'broken', figures: [] })
    expect(state('draw')).toMatchObject({ state: 'broken', figures: [] })
    expect(state('flow')?.state).toBe('stale')
    expect(state('review')).toMatchObject({ state: 'missing', figures: [] })
  })
  it('tells what has changed since, text against text', () => {
    const later = briefOf(NOW, { ...NORMAL, access: { ...NORMAL.access, passesToday: 241 } }, OFFICE)
    expect(changedFigures(brief, brief)).toEqual([])
    expect(changedFigures(brief, later)).toEqual([
      { panel: 'access', title: '门禁', label: '今日通行', unit: '', before: '239', now: '241' },
    ])
    const { access, ...blind } = NORMAL
    expect(changedFigures(brief, briefOf(NOW, blind, OFFICE)).map(({ before, now }) => [before, now])).toEqual([
      ['2', '–'],
      ['239', '–'],
      ['3', '–'],
    ])
  })
})

describe('its files', () => {
  const squeezed = (text: string) => text.replaceAll(/\s/g, '')
  it('.docx: every figure in its row, the instant on top', async () => {
    const { blocks } = await readDocx(await writeDocx(briefBlocks(brief)))
    const rows = blocks.flatMap((block) => (block.style === 'table' ? block.rows : []))
    for (const [title, label, text] of figures)
      expect(rows.map((row) => row.slice(0, 3))).toContainEqual([title, label, text])
    const said = blocks.flatMap((block) => (block.style === 'table' ? [] : [block.text]))
    expect(said.join('\n')).toContain(`时点：${momentWords(NOW)}（北京时间）`)
    expect(said.join('\n')).toContain('不作考核排名')
    expect(rows.length).toBeGreaterThan(figures.length + brief.alerts.length)
  })
  it('.pdf: every figure behind its label, the instant on every page', async () => {
    const { parts } = rereadPdf(await writePdf(briefBlocks(brief)))
    const text = squeezed(parts.map((part) => part.text).join(''))
    for (const one of figures) expect(text).toContain(squeezed(one.join('')))
    for (const part of parts) expect(squeezed(part.text)).toContain(squeezed(momentWords(NOW)))
  })
  it('.xlsx: numbers to reckon with beside the text of the wall', async () => {
    const { sheets } = await readXlsx(await xlsxBytes(briefSheets(brief)))
    const texts = (sheets[0]?.rows ?? []).map(({ cells }) => cells.map(cellText))
    for (const [title, label, text] of figures)
      expect(texts.map(([panel, name, , words]) => [panel, name, words])).toContainEqual([title, label, text])
    expect(texts.find(([, label]) => label === '在线率')?.[2]).toBe(String(NORMAL.terminal.onlineRate))
    expect(texts[0]?.[0]).toContain(momentWords(NOW))
  })
})
