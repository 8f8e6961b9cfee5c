import { BarChart, LineChart } from 'echarts/charts'
import { AriaComponent, GridComponent, MarkAreaComponent, MarkLineComponent } from 'echarts/components'
import * as core from 'echarts/core'
import { SVGRenderer } from 'echarts/renderers'

// Imported by part: what no chart of ours draws does not ship.
core.use([BarChart, LineChart, GridComponent, MarkLineComponent, MarkAreaComponent, AriaComponent, SVGRenderer])

export { core as echarts }
