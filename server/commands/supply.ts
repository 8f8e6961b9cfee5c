/**
 * `npm run supply [-- --offline] [--out FILE]`: software bill of materials (CycloneDX), licences, known vulnerabilities.
 * Exit code 0 = all checked and well · 1 = something found · 2 = not all could be checked.
 */
import { execFile } from 'node:child_process'
import { mkdirSync, readFileSync, writeFileSync } from 'node:fs'
import { dirname, join, resolve } from 'node:path'
import { parseArgs, promisify } from 'node:util'
import { type ConfigIssue, readYaml } from '../../config/load.ts'
import { judgeAudit, judgeLicences, missingFrom, notShipped, Sbom, SupplyRules } from './supply/rules.ts'
import { type Lock, shippedFolders } from './supply/shipped.ts'

const ROOT = resolve(import.meta.dirname, '../..')
const say = (text: string) => process.stdout.write(`${text}\n`)

/** Also what a failing npm has printed: it tells of a finding by its exit code. */
async function npm(...args: string[]): Promise<string> {
  const own = process.env.npm_execpath
  const [program, first] = own?.endsWith('.js') ? [process.execPath, [own]] : ['npm', []]
  try {
    const options = { cwd: ROOT, maxBuffer: 64 * 1024 * 1024, timeout: 120_000 }
    return (await promisify(execFile)(program, [...first, ...args], options)).stdout
  } catch (error) {
    return (error as { stdout?: string }).stdout ?? ''
  }
}
const parsed = (text: string): unknown => {
  try {
    return JSON.parse(text)
  } catch {
    return undefined
  }
}

function rules(): SupplyRules {
  const issues: ConfigIssue[] = []
  const read = readYaml(join(ROOT, 'config'), 'supply.yaml', SupplyRules, issues)
  if (!read) throw new Error(issues.map(({ file, line, message }) => `${file}:${line} ${message}`).join('\n'))
  return read.value
}

async function sbomAndLicences(allowed: SupplyRules, out: string): Promise<boolean> {
  const text = await npm('sbom', '--sbom-format', 'cyclonedx')
  const sbom = Sbom.safeParse(parsed(text))
  if (!sbom.success) throw new Error('npm 没有给出 SBOM：先运行 npm ci，再试一次')
  const lock = JSON.parse(readFileSync(join(ROOT, 'package-lock.json'), 'utf8')) as {
    packages: Lock
  }
  const missing = missingFrom(sbom.data, lock.packages)
  mkdirSync(dirname(out), { recursive: true })
  writeFileSync(out, text)
  say(`SBOM  ${sbom.data.components.length} 个组件（CycloneDX ${sbom.data.specVersion}）→ ${out}`)
  for (const name of missing) say(`      缺少 ${name}`)
  const findings = judgeLicences(sbom.data, allowed, notShipped(lock.packages, shippedFolders(ROOT)))
  for (const { component, licence, why } of findings)
    say(`许可证 ${component}：${why === 'no-licence' ? '没有写明' : `${licence} 不在允许之列`}（config/supply.yaml）`)
  if (findings.length === 0) say(`许可证 全部在允许之列，例外 ${allowed.exceptions.length} 项`)
  return missing.length === 0 && findings.length === 0
}

/** @returns undefined when it could not be checked */
async function vulnerabilities(level: SupplyRules['audit']): Promise<boolean | undefined> {
  const verdict = judgeAudit(parsed(await npm('audit', '--json', '--omit=dev')), level)
  if (verdict.kind === 'unchecked') {
    say(`漏洞  未检查：${verdict.why}。请在能连到漏洞库的机器上再运行一次 npm run supply`)
    return undefined
  }
  say(verdict.found.length === 0 ? `漏洞  没有 ${level} 及以上` : `漏洞  ${verdict.found.join('、')}`)
  return verdict.found.length === 0
}

try {
  const { values } = parseArgs({ options: { offline: { type: 'boolean', default: false }, out: { type: 'string' } } })
  const allowed = rules()
  const well = await sbomAndLicences(allowed, resolve(values.out ?? join(ROOT, 'dist/sbom.cdx.json')))
  if (values.offline) say('漏洞  本次未检查（--offline）：这一项须在能连到漏洞库的机器上另行检查')
  const checked = values.offline ? true : await vulnerabilities(allowed.audit)
  process.exitCode = !well || checked === false ? 1 : checked === undefined ? 2 : 0
} catch (error) {
  process.stderr.write(`${error instanceof Error ? error.message : String(error)}\n`)
  process.exitCode = 1
}
