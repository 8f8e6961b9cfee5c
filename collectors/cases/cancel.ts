import { readFile, rm, stat } from 'node:fs/promises'
import { join } from 'node:path'
import { CANCEL_FOLDER, CONFIRM_FOLDER } from '../../config/case-sql.ts'

/** A person's word: a file in the data folder, which both processes see. */
export interface PersonMark {
  asked(): Promise<boolean>
  forget(): Promise<void>
}
/** That a running import shall stop. */
export type CancelMark = PersonMark

const markIn = (dataDir: string, folder: string, source: string): PersonMark & { path: string } => {
  const path = join(dataDir, folder, source)
  return {
    path,
    asked: () =>
      stat(path).then(
        () => true,
        () => false,
      ),
    forget: () => rm(path, { force: true }),
  }
}

export const cancelMark = (dataDir: string, source: string): CancelMark => markIn(dataDir, CANCEL_FOLDER, source)

/** That so many open cases are really gone: the number that the person was shown. Undefined: nobody said so. */
export interface ConfirmMark {
  confirmed(): Promise<number | undefined>
  forget(): Promise<void>
}

export const confirmMark = (dataDir: string, source: string): ConfirmMark => {
  const { path, forget } = markIn(dataDir, CONFIRM_FOLDER, source)
  return {
    forget,
    confirmed: async () => {
      const text = await readFile(path, 'utf8').catch(() => '')
      return /^\d{1,9}$/.test(text.trim()) ? Number(text) : undefined
    },
  }
}
