import { execFile } from 'node:child_process'
import { mkdtemp, readdir, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'

/**
 * Scanned pages through Debian's tesseract (chi_sim) and pdftoppm, each in a process of its own with a limit on memory
 * and time. Where they are not installed, that is said and the pages stay empty.
 */
export interface Ocr {
  /** Null = there; else what is missing and what to do. */
  missing(): Promise<string | null>
  /** Text of one page of a PDF. @throws Error with words for people */
  page(pdf: Uint8Array, page: number, signal: AbortSignal): Promise<string>
}
const MEMORY_BYTES = 1_500_000_000
const PAGE_MS = 90_000
const OUTPUT_BYTES = 2_000_000
/** About 210 dots per inch of an A4 page; a page that claims to be huge comes out no larger. */
const LONG_SIDE = '2480'

export function tesseractOcr(path = process.env.PATH ?? ''): Ocr {
  let known: Promise<string | null> | undefined
  return {
    missing: () => {
      known ??= look(path)
      return known
    },
    async page(pdf, page, signal) {
      const folder = await mkdtemp(join(tmpdir(), 'sanling-ocr-'))
      try {
        await writeFile(join(folder, 'in.pdf'), pdf, { mode: 0o600 })
        const wanted = ['-f', String(page), '-l', String(page), '-scale-to', LONG_SIDE, '-gray', '-png']
        await limited(path, folder, ['pdftoppm', ...wanted, 'in.pdf', 'page'], signal)
        const [image] = (await readdir(folder)).filter((name) => name.endsWith('.png'))
        if (!image) throw new Error(`第 ${page} 页无法转成图片`)
        return joined(
          await limited(path, folder, ['tesseract', image, 'stdout', '-l', 'chi_sim', '--psm', '6'], signal),
        )
      } finally {
        await rm(folder, { recursive: true, force: true })
      }
    },
  }
}

async function look(path: string): Promise<string | null> {
  const need =
    '未安装文字识别程序，扫描页没有识别；请在服务器上安装：apt-get install tesseract-ocr tesseract-ocr-chi-sim poppler-utils'
  const languages = await limited(path, tmpdir(), ['tesseract', '--list-langs']).catch(() => '')
  const rendering = await limited(path, tmpdir(), ['pdftoppm', '-v']).then(
    () => true,
    () => false,
  )
  return /\bchi_sim\b/.test(languages) && rendering ? null : need
}

/** Runs a program under prlimit: address space and processor seconds; killed after its time. */
function limited(path: string, cwd: string, command: readonly string[], signal?: AbortSignal): Promise<string> {
  const limits = [`--as=${MEMORY_BYTES}`, `--cpu=${PAGE_MS / 1000}`, '--core=0']
  const options = {
    cwd,
    timeout: PAGE_MS,
    killSignal: 'SIGKILL',
    maxBuffer: OUTPUT_BYTES,
    // One thread: the house has other work.
    env: { PATH: path, OMP_THREAD_LIMIT: '1', LANG: 'C.UTF-8' },
    ...(signal ? { signal } : {}),
  } as const
  return new Promise((resolve, reject) => {
    execFile('prlimit', [...limits, ...command], options, (error, stdout, stderr) => {
      if (!error) resolve(stdout.toString() || stderr.toString())
      else
        reject(
          new Error(
            error.killed
              ? '识别超时'
              : `识别失败（${String(stderr).trim().slice(0, 80) || error.message.slice(0, 80)}）`,
          ),
        )
    })
  })
}

/** tesseract puts blanks between Chinese characters. */
export const joined = (text: string): string =>
  text
    .replaceAll(/(?<=[\u3000-\u9fff\uff00-\uffef\d])[ \t]+(?=[\u3000-\u9fff\uff00-\uffef\d])/gu, '')
    .replaceAll(/\f/g, '')
    .replaceAll(/\n{2,}/g, '\n')
    .trim()
