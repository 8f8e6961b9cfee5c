/** The n-th message of a 天擎 V10 console: a virus, a scan or an outreach, as protocols.md 1.1 shows them. */
export function messageOf(n: number): string {
  const second = String(n % 60).padStart(2, '0')
  const client = `"client_info":{"report_ip":"10.8.${n % 250}.21","mac":"00-1A-2B-3C-4D-5E","mid":"a91e","name":"JCY-YB-${n % 500}","os":"Windows 10","os_version":{"main":"10.0","build_version":"19045"},"login_account":"user${n % 300}","state":"1","create_time":"2024-03-01 09:00:00","update_time":"2026-11-24 10:20:${second}","nic_list":[]},"group_info":[{"node_id":"12","node_name":"第一检察部","node_type":"2","tree_id":"1","oid":"1.2.12"}]`
  const body =
    n % 3 === 0
      ? `{"syslog_topic":"antivirus_virus","guid":"g-${n}","client_id":"4101-9f","trigger_mode":2,"virus_name":"Win32/Trojan.Demo.X","virus_type":"木马","file_path":"D:\\\\共享\\\\a${n}.exe","file_alarm_time":1795486860,"md5":"44d8","sha1":"3395","severity":"3","result":"1","need_reboot":"0","scanners":"qvm",${client}}`
      : n % 3 === 1
        ? `{"syslog_topic":"antivirus_scan","guid":"g-${n}","scan_type":"quick","start_time":"2026-11-24 10:20:${second}","result":"0",${client}}`
        : `{"syslog_topic":"net_out_log","guid":"g-${n}","trigger_mode":1,"result":"2",${client}}`
  return `<134>Nov 24 10:21:${second} tq-mgr tianqing: ${body}`
}
