import type { Config } from '../../config/load.ts'
import type { SearchSource } from '../feature.ts'
import { searchList } from '../search-list.ts'

/** The office's people for the search box: name, post and department, for those who see the list of accounts. */
export const peopleSearch = ({ site }: Config): SearchSource =>
  searchList(
    'person',
    'people.read',
    site.people.map(({ id, name, title, department, employeeNo, post }) => ({
      ref: id,
      title: name,
      numbers: employeeNo ? [employeeNo] : [],
      text: [title, site.posts.find((one) => one.id === post)?.name].filter(Boolean).join(' · '),
      link: `/desk/people?q=${encodeURIComponent(name)}`,
      department: site.departments.find((one) => one.id === department)?.name ?? null,
      words: [name, title],
    })),
  )
