import { type ConfigIssue, readYaml } from '../../config/load.ts'
import { RedactionRules } from '../../config/redaction.ts'

/** The product's own rule file, alone: nothing else of the configuration is needed to hide a name. */
const issues: ConfigIssue[] = []
const read = readYaml('config', 'rules/redaction.yaml', RedactionRules, issues)
if (!read) throw new Error(JSON.stringify(issues))
export const rules: RedactionRules = read.value
