import { rm, stat } from 'node:fs/promises'
import { join } from 'node:path'
import { CANCEL_FOLDER } from '../../config/case-sql.ts'

/** A person's word that a running import shall stop: a file in the data folder, which both processes see. */
export interface CancelMark {
  asked(): Promise<boolean>
  forget(): Promise<void>
}

export const cancelMark = (dataDir: string, source: string): CancelMark => {
  const path = join(dataDir, CANCEL_FOLDER, source)
  return {
    asked: () =>
      stat(path).then(
        () => true,
        () => false,
      ),
    forget: () => rm(path, { force: true }),
  }
}
