import type { Config } from '../../config/load.ts'
import type { SearchSource } from '../feature.ts'
import { searchList } from '../search-list.ts'

/** Terminals and doors for the search box. They have no page of their own: a find leads to the alerts about them. */
const alertsAbout = (what: string): string => `/desk/search?q=${encodeURIComponent(what)}&kind=alert`

export const terminalSearch = ({ site }: Config): SearchSource =>
  searchList(
    'terminal',
    'terminals.read',
    site.terminals.map(({ host, department, place, ip, server }) => ({
      ref: host,
      title: host,
      numbers: ip ? [ip] : [],
      text: [place, server ? '服务器' : ''].filter(Boolean).join(' · '),
      link: alertsAbout(host),
      department: site.departments.find(({ id }) => id === department)?.name ?? null,
      words: [place],
    })),
  )

export const doorSearch = ({ site }: Config): SearchSource =>
  searchList(
    'door',
    'doors.read',
    site.doors.map(({ id, name, area, floor, room }) => ({
      ref: id,
      title: name,
      numbers: [id.replace('door:', '')],
      text: [area, floor, room].filter(Boolean).join(' · '),
      link: alertsAbout(name),
      department: null,
      words: [name, area],
    })),
  )
