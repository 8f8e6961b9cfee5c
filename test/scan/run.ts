import { spawn } from 'node:child_process'
import { mkdtempSync, readFileSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { Product } from '../commands/product.ts'
import { answered, type Finding, findings, type Report } from './answered.ts'

/**
 * `npm run scan [-- --quick] [-- --keep]`: Wapiti (Debian package) against the demo on loopback, once as a stranger and
 * once as somebody who is signed in, on every address that the product declares. Ends with 1 when a finding is neither
 * mended nor answered in docs/security.md.
 */
const quick = process.argv.includes('--quick')
const MODULES = quick
  ? 'cookieflags,csp,http_headers,redirect,xss,sql'
  : 'backup,cookieflags,crlf,csp,csrf,exec,file,htaccess,http_headers,methods,permanentxss,redirect,shellshock,sql,blindsql,ssrf,xss,xxe'
const SCAN_S = quick ? 60 : 120
/** For each module: what it has not tried by then it has not tried. */
const ATTACK_S = quick ? 30 : 25

const say = (text: string) => process.stdout.write(`${text}\n`)

interface Spoken {
  parameters?: { name: string; in: string }[]
}
/** Every address with its parameters filled in, as a place to begin: a page drawn by scripts has no links to follow. */
async function addresses(url: string): Promise<string[]> {
  const answer = await fetch(`${url}/api/v1/openapi.json`)
  const { paths } = (await answer.json()) as { paths: Record<string, Record<string, Spoken>> }
  return Object.entries(paths).flatMap(([path, item]) => {
    if (!item.get) return []
    const query = (item.get.parameters ?? []).filter((one) => one.in === 'query').map(({ name }) => `${name}=1`)
    const filled = url + path.replace(/\{\w+\}/g, '1')
    return [query.length > 0 ? `${filled}?${query.join('&')}` : filled]
  })
}

async function scan(name: string, url: string, starts: readonly string[], header: string | undefined): Promise<Report> {
  const folder = mkdtempSync(join(tmpdir(), 'sanling-scan-'))
  const file = join(folder, 'report.json')
  const args = [
    ...['-u', `${url}/`, '--scope', 'domain', '-m', MODULES, '-f', 'json', '-o', file, '-d', '3'],
    ...['--max-scan-time', `${SCAN_S}`, '--max-attack-time', `${ATTACK_S}`, '--no-bugreport', '--flush-session'],
    ...['--store-session', folder, '-t', '10', '-v', '0'],
    ...starts.flatMap((start) => ['-s', start]),
    ...(header === undefined ? [] : ['-H', header]),
  ]
  say(`— ${name}：${starts.length} 个入口，模块 ${MODULES}`)
  // With a home of its own: it writes there, and asks the network for nothing but our address.
  const child = spawn('wapiti', args, { stdio: ['ignore', 'ignore', 'inherit'], env: { ...process.env, HOME: folder } })
  const code = await new Promise<number | null>((resolve, reject) => {
    child.once('error', () => reject(new Error('没有找到 wapiti：请先 apt-get install wapiti')))
    child.once('close', resolve)
  })
  try {
    return JSON.parse(readFileSync(file, 'utf8')) as Report
  } catch {
    throw new Error(`wapiti 没有写出报告（退出码 ${code}）`)
  } finally {
    rmSync(folder, { recursive: true, force: true })
  }
}

async function main(): Promise<number> {
  const product = new Product({ env: { SANLING_OFFICE: 'off' } })
  try {
    const demo = await product.launch().ready(120_000)
    const url = demo.url
    const starts = await addresses(url)
    const token = demo.accounts.find(({ roles }) => roles.includes('case-management'))?.token
    const pages = ['/', '/wall', '/login', '/desk', '/public', '/window', '/mediate'].map((path) => url + path)
    const found: Finding[] = []
    for (const [name, header] of [
      ['未登录', undefined],
      ['已登录（案件管理）', `Authorization: Bearer ${token}`],
    ] as const)
      found.push(...findings(await scan(name, url, [...pages, ...starts], header)))
    const open = found.filter((finding) => !answered(finding))
    for (const finding of found)
      say(
        `${answered(finding) ? '已答复' : '未答复'}  ${finding.category}  ${finding.method} ${finding.path}  ${finding.info}`,
      )
    say(`共 ${found.length} 项，未答复 ${open.length} 项`)
    const alive = await fetch(`${url}/readyz`)
    say(`扫描后 /readyz ${alive.status}`)
    return open.length === 0 && alive.status === 200 ? 0 : 1
  } finally {
    await product.stop()
  }
}

process.exitCode = await main().catch((error: Error) => {
  say(error.message)
  return 1
})
