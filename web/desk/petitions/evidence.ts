import { ref } from 'vue'
import type { z } from 'zod'
import { PETITION_FILE_LIMIT, type PetitionFile, petitionRoutes } from '../../../contract/http/petitions.ts'
import { sendTelling } from '../api.ts'

/** One file on its way to the archive of a matter. */
export interface Upload {
  key: number
  name: string
  size: number
  /** Share of 0–1 that has gone up. */
  progress: number
  file: z.output<typeof PetitionFile> | null
  problem: string
}

/** SHA-256 reckoned here, where the browser offers it (only over HTTPS or on this machine); else null. */
async function ownHash(file: Blob): Promise<string | null> {
  if (!globalThis.crypto?.subtle) return null
  const sum = await crypto.subtle.digest('SHA-256', await file.arrayBuffer())
  return [...new Uint8Array(sum)].map((byte) => byte.toString(16).padStart(2, '0')).join('')
}

/** Files that go with the next act: uploaded at once, named by their hash when the act is sent. */
export function useEvidence() {
  const uploads = ref<Upload[]>([])
  let number = 0
  const at = (key: number) => uploads.value.find((one) => one.key === key)
  function change(key: number, part: Partial<Upload>): void {
    const one = at(key)
    if (one) Object.assign(one, part)
  }
  async function add(file: File): Promise<void> {
    number += 1
    const key = number
    uploads.value.push({ key, name: file.name, size: file.size, progress: 0, file: null, problem: '' })
    if (file.size === 0) return change(key, { problem: '文件是空的，请重新选择' })
    if (file.size > PETITION_FILE_LIMIT)
      return change(key, { problem: `超过 ${PETITION_FILE_LIMIT / 1_048_576} MB，请压缩或分成几份` })
    try {
      const options = { query: { name: file.name } }
      const [sent, own] = await Promise.all([
        sendTelling(petitionRoutes.upload, file, options, (progress) => change(key, { progress })),
        ownHash(file),
      ])
      if (own && own !== sent.hash) return change(key, { problem: '传输中有损坏，请移去后重新上传' })
      change(key, { progress: 1, file: sent })
    } catch (error) {
      change(key, { problem: error instanceof Error ? error.message : String(error) })
    }
  }
  const remove = (key: number): void => {
    uploads.value = uploads.value.filter((one) => one.key !== key)
  }
  const hashes = (): string[] => [...new Set(uploads.value.flatMap(({ file }) => (file ? [file.hash] : [])))]
  const busy = (): boolean => uploads.value.some(({ file, problem }) => !file && !problem)
  const clear = (): void => {
    uploads.value = []
  }
  return { uploads, add, remove, hashes, busy, clear }
}
export type Evidence = ReturnType<typeof useEvidence>
