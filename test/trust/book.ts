import { fromBuffer } from 'yauzl'

/** The parts of a workbook or document as texts. */
export const openBook = (bytes: Buffer): Promise<[name: string, xml: string][]> =>
  new Promise((resolve, reject) => {
    fromBuffer(bytes, { lazyEntries: true }, (error, zip) => {
      if (error) return reject(error)
      const all: [string, string][] = []
      zip.on('error', reject)
      zip.on('end', () => resolve(all))
      zip.on('entry', (entry) =>
        zip.openReadStream(entry, (failed, stream) => {
          if (failed) return reject(failed)
          const pieces: Buffer[] = []
          stream.on('data', (piece: Buffer) => pieces.push(piece))
          stream.on('error', reject)
          stream.on('end', () => {
            all.push([entry.fileName, Buffer.concat(pieces).toString('utf8')])
            zip.readEntry()
          })
        }),
      )
      zip.readEntry()
    })
  })
