import { posix } from 'node:path'
import type { Archive } from './archive.ts'
import { FileRefused } from './limits.ts'
import { readXmlPart } from './xml-part.ts'

export interface SheetPart {
  name: string
  hidden: boolean
  part: string
}
export interface Workbook {
  sheets: SheetPart[]
  date1904: boolean
  strings: string | undefined
  styles: string | undefined
}

/** Which parts there are, after workbook.xml and its relations. @throws FileRefused */
export async function readWorkbook(archive: Archive): Promise<Workbook> {
  const part = await mainPart(archive)
  const relations = await readRelations(archive, part)
  const sheets: SheetPart[] = []
  let date1904 = false
  await readXmlPart(archive, part, {
    open(name, attributes) {
      if (name === 'workbookPr') date1904 = /^(1|true)$/.test(attributes.date1904 ?? '')
      const target = name === 'sheet' ? relations.get(attributes['r:id'] ?? attributes.id ?? '') : undefined
      if (target && target.kind === 'worksheet')
        sheets.push({
          name: attributes.name ?? '',
          hidden: /hidden$/i.test(attributes.state ?? ''),
          part: target.part,
        })
    },
  })
  const ofKind = (kind: string) =>
    [...relations.values()].find((one) => one.kind === kind && archive.has(one.part))?.part
  return { sheets, date1904, strings: ofKind('sharedStrings'), styles: ofKind('styles') }
}

interface Relation {
  kind: string
  part: string
}

async function mainPart(archive: Archive): Promise<string> {
  const found = archive.has('_rels/.rels') ? [...(await readRelations(archive, '')).values()] : []
  const part = found.find(({ kind }) => kind === 'officeDocument')?.part ?? 'xl/workbook.xml'
  if (!archive.has(part)) throw new FileRefused('bad_header', '压缩包里没有工作簿，不是 xlsx 文件')
  return part
}

/** Relations of a part; targets outside the file are not followed. */
async function readRelations(archive: Archive, part: string): Promise<Map<string, Relation>> {
  const folder = posix.dirname(part)
  const file = part === '' ? '_rels/.rels' : posix.join(folder, '_rels', `${posix.basename(part)}.rels`)
  const relations = new Map<string, Relation>()
  if (!archive.has(file)) return relations
  await readXmlPart(archive, file, {
    open(name, { Id, Type, Target, TargetMode }) {
      if (name !== 'Relationship' || !Id || !Target || TargetMode === 'External') return
      const target = Target.startsWith('/') ? Target.slice(1) : posix.join(part === '' ? '' : folder, Target)
      relations.set(Id, { kind: (Type ?? '').replace(/^.*\//, ''), part: target })
    },
  })
  return relations
}
