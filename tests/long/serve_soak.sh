#!/bin/sh
# Ten minutes of the mixed load of tests/app/serve_soak.sh.
MUNDAP_SOAK=600 exec sh "$(dirname "$0")/../app/serve_soak.sh"
