import yauzl, { type Entry, type ZipFile } from 'yauzl'
import { FileRefused, LIMITS } from './limits.ts'

/** An xlsx as a bag of named parts, checked before anything is unpacked and counted again while unpacking. */
export interface Archive {
  has(name: string): boolean
  /** Calls `take` with each piece of the part, in order. @throws FileRefused */
  read(name: string, take: (piece: Buffer) => void): Promise<void>
}

/** @throws FileRefused */
export async function openArchive(bytes: Buffer): Promise<Archive> {
  const zip = await open(bytes)
  const entries = await list(zip, bytes.length)
  /** Bytes of each part so far; one that is read a second time counts once. */
  const sizes = new Map<string, number>()
  let unpacked = 0
  return {
    has: (name) => entries.has(name.toLowerCase()),
    async read(name, take) {
      const entry = entries.get(name.toLowerCase())
      if (!entry) throw new FileRefused('bad_header', `文件缺少 ${name}，不是完整的 xlsx`)
      let size = 0
      await inflate(zip, entry, (piece) => {
        size += piece.length
        const known = sizes.get(name) ?? 0
        if (size > known) {
          unpacked += size - known
          sizes.set(name, size)
        }
        if (size > LIMITS.entryBytes || unpacked > LIMITS.totalBytes) throw tooBig('解压后过大')
        if (size > LIMITS.ratioFromBytes && size > entry.compressedSize * LIMITS.ratio) throw tooBig('压缩比过高')
        take(piece)
      })
    },
  }
}

const tooBig = (what: string): FileRefused => new FileRefused('zip_limit', `压缩包${what}，疑似压缩炸弹，未读取`)

function open(bytes: Buffer): Promise<ZipFile> {
  return new Promise((resolve, reject) => {
    yauzl.fromBuffer(
      bytes,
      { lazyEntries: true, validateEntrySizes: true, strictFileNames: true, decodeStrings: true, autoClose: false },
      (error, zip) => (error ? reject(broken(error)) : resolve(zip)),
    )
  })
}

/** The central directory first: nothing is unpacked of a file that lies or is too much. */
function list(zip: ZipFile, fileBytes: number): Promise<Map<string, Entry>> {
  return new Promise((resolve, reject) => {
    const entries = new Map<string, Entry>()
    const total = { packed: 0, unpacked: 0 }
    if (zip.entryCount > LIMITS.entries) return reject(tooBig(`含 ${zip.entryCount} 个文件`))
    zip.on('error', (error: Error) => reject(broken(error)))
    zip.on('end', () => resolve(entries))
    zip.on('entry', (entry: Entry) => {
      try {
        check(entry, entries, total, fileBytes)
      } catch (error) {
        return reject(error)
      }
      entries.set(entry.fileName.toLowerCase(), entry)
      zip.readEntry()
    })
    zip.readEntry()
  })
}

function check(
  entry: Entry,
  entries: ReadonlyMap<string, Entry>,
  total: { packed: number; unpacked: number },
  fileBytes: number,
): void {
  const name = entry.fileName.toLowerCase()
  total.packed += entry.compressedSize
  total.unpacked += entry.uncompressedSize
  if (entry.isEncrypted()) throw new FileRefused('encrypted', '压缩包内文件已加密，请去除密码后重新导出')
  if (/(^|\/)\.\.(\/|$)|^\/|\\|^[a-z]:/.test(name)) throw tooBig('含越界路径')
  if (entries.has(name)) throw tooBig('含重名文件')
  if (/vbaproject\.bin$|\/macrosheets\/|\/activex\//.test(name))
    throw new FileRefused('active_content', '文件含宏，请另存为不含宏的 .xlsx')
  if (/\/externallinks\//.test(name)) throw new FileRefused('active_content', '文件含外部链接，请断开链接后重新导出')
  if (/\.(zip|xlsx|xlsm|xlsb|gz|7z|rar|tar|bz2|xz)$/.test(name)) throw tooBig('内还有压缩包')
  if (entry.uncompressedSize > LIMITS.entryBytes || total.unpacked > LIMITS.totalBytes) throw tooBig('解压后过大')
  // Overlapping entries are how one small body is counted many times.
  if (total.packed > fileBytes) throw tooBig('声明的大小超过文件本身')
  const high = entry.uncompressedSize > entry.compressedSize * LIMITS.ratio
  if (high && entry.uncompressedSize > LIMITS.ratioFromBytes) throw tooBig('压缩比过高')
  if (entry.compressionMethod !== 0 && entry.compressionMethod !== 8)
    throw new FileRefused('bad_header', '压缩方式不受支持，请用表格软件另存为 .xlsx')
}

function inflate(zip: ZipFile, entry: Entry, take: (piece: Buffer) => void): Promise<void> {
  return new Promise((resolve, reject) => {
    zip.openReadStream(entry, (error, stream) => {
      if (error) return reject(broken(error))
      stream.on('error', (problem: Error) => reject(problem instanceof FileRefused ? problem : broken(problem)))
      stream.on('end', resolve)
      stream.on('data', (piece: Buffer) => {
        try {
          take(piece)
        } catch (problem) {
          reject(problem)
          stream.destroy()
        }
      })
    })
  })
}

/** yauzl's own size check speaks of too many bytes: that is a lie in the directory, not damage. */
function broken(error: Error): FileRefused {
  if (/too many bytes|not enough bytes|size/i.test(error.message)) return tooBig('声明的大小与内容不符')
  if (/encrypted|strong encryption/i.test(error.message)) return new FileRefused('encrypted', '压缩包已加密')
  if (/relative path|absolute path|invalid characters/i.test(error.message)) return tooBig('含越界路径')
  return new FileRefused('bad_header', `不是完整的 xlsx 文件（${error.message.slice(0, 80)}）`)
}
