/** What is promised when nobody has said anything. */
export const DEFAULT_SLOS = `# What is promised of an app's answers. Edit it, then:
#   sidelight dashboards build
slos:
  # 99.9 of 100 requests are not answered with 5xx.
  - name: availability
    objective: 99.9

  # 99 of 100 are answered within 300 ms. The bounds of the latency histogram are the choices.
  - name: latency
    objective: 99
    withinMs: 300
    # Regular expression of app ids; all of them when it is left out.
    apps: ".*"
`
