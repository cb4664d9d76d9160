"""What must not leave a machine, and texts of programs with it planted."""

import json
import plistlib
from collections.abc import Sequence

from tests.sensors.ticking import FIXTURES

NAMES = ("wintermute.corp.example", "wintermute", "adalovelace", "Ada Lovelace", "Lovelace")
CONTAINER = "dcbdce181fdbdf2139d9b5480bad22fd"
SECRETS = (
    *NAMES,
    "C02XG0FDH7JY",
    "564d1a2b-0c3d-4e5f-8a9b-0c1d2e3f4a5b",
    "GPU-8f3c",
    "02:42:ac:11:00:02",
    "10.20.30.40",
    "fe80::1c2d:3e4f",
    "ada@example.org",
    CONTAINER,
    "100000003d1c72ab",
    "user-1000",
    "Signal",
    "2026-09-29",
    "DELL U2720Q",
)
WORDS = {"GPU-8f3c", "100000003d1c72ab", "user-1000", "Signal", "2026-09-29", "DELL U2720Q"}
"""Those of no form that tells them from other text: only the lists of what is kept catch them."""
CREATOR = '"IOUserClientCreator" = "pid 600, Signal of adalovelace"'

IOREG = (
    "+-o AGXAcceleratorG16S  <class AGXAcceleratorG16S, id 0x1000003c5, registered, matched,"
    " active, busy 0 (0 ms), retain 90>\n"
    "    {\n"
    '      "IOPlatformSerialNumber" = "C02XG0FDH7JY"\n'
    '      "IOPlatformUUID" = "564d1a2b-0c3d-4e5f-8a9b-0c1d2e3f4a5b"\n'
    '      "SurfaceList" = ({"surfaceType"="ctx","owner"="adalovelace"})\n'
    '      "PerformanceStatistics" = {"Alloc system memory"=3085729792,"Device Utilization %"=40,'
    '"Tiler Utilization %"=40,"Renderer Utilization %"=39,"In use system memory"=696860672}\n'
    '      "PerformanceStatisticsAccum" = {"Device Utilization %"=1,"owner"="adalovelace"}\n'
    '      "model" = "Apple M4 Max of wintermute"\n'
    '      "gpu-core-count" = 40\n'
    "    }\n"
)
CLIENTS = (
    "+-o AGXDeviceUserClient  <class AGXDeviceUserClient, id 0x10019754f, !registered, !matched,"
    " active, busy 0, retain 5>\n"
    "    {\n"
    '      "AppUsage" = ({"API"="Metal","lastSubmittedTime"=4,"accumulatedGPUTime"=2000000000})\n'
    f"      {CREATOR}\n"
    '      "IOUserClientEntitlements" = "adalovelace"\n'
    "    }\n"
    "+-o AGXDeviceUserClient  <class AGXDeviceUserClient, id 0x100197550, active>\n"
    "    {\n"
    '      "AppUsage" = ({"API"="Ada Lovelace","accumulatedGPUTime"=7})\n'
    '      "IOUserClientCreator" = "pid 601, wintermute"\n'
    "    }\n"
)
NODE = [
    {
        "PerformanceStatistics": {"Device Utilization %": 40, "owner": "adalovelace"},
        "gpu-core-count": 40,
        "IOPlatformSerialNumber": "C02XG0FDH7JY",
    }
]
SYSCTL = (
    "hw.memsize: 137438953472\nhw.model: Mac16,5\nmachdep.cpu.brand_string: Apple M4 Max\n"
    "kern.hostname: wintermute.corp.example\nkern.uuid: 564d1a2b-0c3d-4e5f-8a9b-0c1d2e3f4a5b\n"
    "hw.memsize_usable: 136570703872\nhw.nperflevels: 2\nhw.perflevel0.name: Super\n"
    "hw.perflevel0.physicalcpu: 6\nhw.perflevel1.name: Performance of wintermute\n"
    "kern.memorystatus_level: adalovelace\nkern.memorystatus_vm_pressure_level: 2\n"
    "vm.swapusage: total = 4096.00M  used = 3017.25M  free = 1078.75M  (encrypted)\n"
)
DISPLAYS = json.dumps(
    {
        "SPDisplaysDataType": [
            {
                "_name": "Apple M4 Max",
                "sppci_cores": "40",
                "spdisplays_ndrvs": [
                    {
                        "_name": "DELL U2720Q",
                        "_spdisplays_display-serial-number": "100000003d1c72ab",
                    }
                ],
            }
        ]
    }
)
MACMON = (
    '{"gpu_power":24.87,"gpu_usage":[1578,0.94],"gpu_freq_mhz":1578,"temp":{"gpu_temp_avg":61.4},'
    '"host":"wintermute","adalovelace!":1,"fans":[{"name":"Ada Lovelace","rpm":2412}],'
    '"timestamp":"2026-09-29T14:03:11"}\n'
)
PRINTED = {
    "sysctl": SYSCTL,
    "vm_stat": (FIXTURES / "vm_stat-intel-4096.txt").read_text() + "Host:   adalovelace.\n",
    "notifyutil": "com.apple.system.thermalpressurelevel 1\nwintermute 4\n",
    "pmset": "2026-09-29 12:00:00 wintermute\nNote: No thermal warning level has been recorded\n"
    "CPU_Speed_Limit \t= 100\n",
    "sw_vers": "ProductName:\t\tmacOS\nProductVersion:\t\t26.1\nHost:\twintermute\n",
    "system_profiler": DISPLAYS,
    "/opt/macmon": MACMON,
}


def printed(command: Sequence[str]) -> str:
    """Return what a program of the planted Mac prints."""
    if command[0] == "ioreg":
        if "-a" in command:
            return plistlib.dumps(NODE).decode()
        return CLIENTS if "AGXDeviceUserClient" in command else IOREG
    return PRINTED[command[0]]


LINUX = {
    "proc/meminfo": "MemTotal:       16384000 kB\nOwner: adalovelace\nHugePages_Total:       0\n",
    "proc/stat": "cpu  1228892 393978 120177 1950559 5644 0 1075 4900 0 0\n"
    "cpu0 575511 198605 57051 1016874 1438 0 232 2431 0 0\nbtime 1700000000\n"
    "wintermute 1 2 3 4\n",
    "proc/vmstat": "pswpin 12\npswpout 7\nhost wintermute\n",
    "proc/pressure/memory": "some avg10=1.50 avg60=0.00 avg300=0.00 total=9\nfull by adalovelace\n",
    "proc/cpuinfo": "processor\t: 0\nmodel name\t: ARM Board of wintermute\n"
    "Serial\t\t: 100000003d1c72ab\n",
    "proc/device-tree/model": "Board C02XG0FDH7JY\0",
    "proc/self/cgroup": f"4:memory:/docker/{CONTAINER}\n"
    "1:name=systemd:/user.slice/user-1000.slice\n0::/user.slice/user-1000.slice/adalovelace\n",
    "sys/fs/cgroup/memory.max": "max\n",
    "sys/fs/cgroup/user.slice/user-1000.slice/memory.max": "8589934592\n",
    f"sys/fs/cgroup/memory/docker/{CONTAINER}/memory.limit_in_bytes": "4294967296\n",
    "sys/block/zram0/mm_stat": "4096 64 12288 0 12288 0 0 0 0\n",
    "proc/driver/nvidia/gpus/0000:0a:00.0/information": "Model: \t\t NVIDIA H200\nIRQ:   \t\t 47\n"
    "GPU UUID: \t GPU-8f3c\nBus Location: \t 0000:0a:00.0\n",
    "sys/class/drm/card0/device/vendor": "0x1002\n",
    "sys/class/drm/card0/device/unique_id": "100000003d1c72ab\n",
    "sys/class/drm/card0/device/gpu_busy_percent": "97\n",
    "sys/class/drm/card0/device/hwmon/hwmon3/power1_average": "250000000\n",
}
