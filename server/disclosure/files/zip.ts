import yauzl, { type Entry, type ZipFile } from 'yauzl'
import { DocumentRefused, LIMITS } from './model.ts'

/** A docx as named parts; nothing is unpacked of an archive that lies or is too much. */
export interface Parts {
  names: readonly string[]
  read(name: string): Promise<Buffer | undefined>
}

const bomb = (what: string): DocumentRefused => new DocumentRefused(`压缩包${what}，疑似压缩炸弹，未读取`)
const broken = (error: Error): DocumentRefused =>
  /too many bytes|not enough bytes|size/i.test(error.message)
    ? bomb('声明的大小与内容不符')
    : /encrypt/i.test(error.message)
      ? new DocumentRefused('文件已加密，请去除密码后再上传')
      : new DocumentRefused('文件不完整或已损坏，请重新另存为 .docx')

/** @throws DocumentRefused */
export async function openParts(bytes: Buffer): Promise<Parts> {
  const zip = await open(bytes)
  const entries = await list(zip, bytes.length)
  return {
    names: [...entries.keys()],
    read: async (name) => {
      const entry = entries.get(name)
      return entry && inflate(zip, entry)
    },
  }
}

function open(bytes: Buffer): Promise<ZipFile> {
  return new Promise((resolve, reject) => {
    yauzl.fromBuffer(
      bytes,
      { lazyEntries: true, validateEntrySizes: true, strictFileNames: true, decodeStrings: true, autoClose: false },
      (error, zip) => (error ? reject(broken(error)) : resolve(zip)),
    )
  })
}

function list(zip: ZipFile, fileBytes: number): Promise<Map<string, Entry>> {
  return new Promise((resolve, reject) => {
    const entries = new Map<string, Entry>()
    const total = { packed: 0, unpacked: 0 }
    if (zip.entryCount > LIMITS.entries) return reject(bomb(`含 ${zip.entryCount} 个文件`))
    zip.on('error', (error: Error) => reject(broken(error)))
    zip.on('end', () => resolve(entries))
    zip.on('entry', (entry: Entry) => {
      const refused = judge(entry, entries, total, fileBytes)
      if (refused) return reject(refused)
      entries.set(entry.fileName, entry)
      zip.readEntry()
    })
    zip.readEntry()
  })
}

function judge(
  entry: Entry,
  entries: ReadonlyMap<string, Entry>,
  total: { packed: number; unpacked: number },
  fileBytes: number,
): DocumentRefused | undefined {
  const name = entry.fileName
  total.packed += entry.compressedSize
  total.unpacked += entry.uncompressedSize
  if (entry.isEncrypted()) return new DocumentRefused('压缩包内文件已加密，请去除密码后再上传')
  if (entries.has(name)) return bomb('含重名文件')
  if (/vbaproject\.bin$|\/activex\//i.test(name)) return new DocumentRefused('文件含宏，请另存为不含宏的 .docx')
  if (entry.uncompressedSize > LIMITS.entryBytes || total.unpacked > LIMITS.totalBytes) return bomb('解压后过大')
  // Overlapping entries are how one small body is counted many times.
  if (total.packed > fileBytes) return bomb('声明的大小超过文件本身')
  const high = entry.uncompressedSize > entry.compressedSize * LIMITS.ratio
  return high && entry.uncompressedSize > LIMITS.ratioFromBytes ? bomb('压缩比过高') : undefined
}

function inflate(zip: ZipFile, entry: Entry): Promise<Buffer> {
  return new Promise((resolve, reject) => {
    zip.openReadStream(entry, (error, stream) => {
      if (error) return reject(broken(error))
      const pieces: Buffer[] = []
      let size = 0
      stream.on('error', (problem: Error) => reject(problem instanceof DocumentRefused ? problem : broken(problem)))
      stream.on('end', () => resolve(Buffer.concat(pieces)))
      stream.on('data', (piece: Buffer) => {
        size += piece.length
        if (size > LIMITS.entryBytes) return stream.destroy(bomb('解压后过大'))
        pieces.push(piece)
      })
    })
  })
}
