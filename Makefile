# Mundap. `make run` starts the tutor, `make test` runs what CI runs; both install what is missing first.
#   make               build            make DEV=1     strict warnings, -Werror
#   make asan          sanitizers       make lint      format, cppcheck, layers, headers compile alone
#   make test-long     the long tests   make bench     speed, side by side with the peer
#   make install PREFIX=/usr/local DESTDIR=      make clean
PREFIX ?= /usr/local
VERSION := 0.1.0
CONFIG ?= release
BUILD := build/$(CONFIG)
CC ?= cc
CSTD := -std=c17 -D_GNU_SOURCE
WARN := -Wall -Wextra -Wshadow -Wstrict-prototypes -Wmissing-prototypes -Wpointer-arith -Wvla
# {FIRST} sets the rest to zero by the standard; clang would have every field spelled out.
WARN += -Wno-missing-field-initializers
OPT_release := -O2 -g
OPT_asan := -O1 -g -fsanitize=address,undefined -fno-sanitize-recover=undefined -fno-omit-frame-pointer
OPT_tsan := -O1 -g -fsanitize=thread
OPT_fuzz := -O1 -g -fsanitize=address,undefined,fuzzer-no-link -fno-omit-frame-pointer
OPT := $(OPT_$(CONFIG))
ifdef DEV
WARN += -Werror
endif
MAKEFLAGS += --no-builtin-rules
CCACHE := $(shell command -v ccache 2>/dev/null)

# Everything below needs the libraries; scripts/setup.sh brings them (a stamp keeps later starts quick).
NEEDS_SETUP := $(filter-out clean install-deps,$(or $(MAKECMDGOALS),all))
SETUP_STAMP := build/.setup-build
TEST_STAMP := build/.setup-test
BENCH_STAMP := build/.setup-bench

LIBS := ncursesw sqlite3 openblas jansson md4c libutf8proc zlib libcrypto libcurl libmicrohttpd libseccomp \
	tree-sitter libhangul
-include build/libs.mk

ENGINE_SRC := $(wildcard engine/*/*.c engine/*/*/*.c)
TUI_SRC := $(filter-out tui/main.c,$(wildcard tui/*.c tui/*/*.c))
GRAMMARS ?=
GRAMMAR_OBJ := $(foreach g,$(GRAMMARS),$(BUILD)/grammars/$(g)/parser.o $(BUILD)/grammars/$(g)/scanner.o)
LIB_OBJ := $(patsubst %.c,$(BUILD)/%.o,$(ENGINE_SRC) $(TUI_SRC)) $(GRAMMAR_OBJ)
TEST_SRC := $(wildcard tests/unit/*/test_*.c)
TESTS := $(patsubst tests/unit/%.c,$(BUILD)/tests/%,$(TEST_SRC))
TEST_SUPPORT := $(patsubst %.c,$(BUILD)/%.o,$(wildcard tests/support/*.c))
FUZZ_SRC := $(wildcard tests/fuzz/fuzz_*.c)
FUZZERS := $(patsubst tests/fuzz/%.c,$(BUILD)/fuzz/%,$(FUZZ_SRC))

CPPFLAGS += -I. -Ibuild $(PKG_CFLAGS) -DMUNDAP_VERSION='"$(VERSION)"'
ALL_CFLAGS = $(CSTD) $(WARN) $(OPT) -pthread -fPIE $(CFLAGS)
ALL_LDFLAGS = $(OPT) -pthread -pie $(LDFLAGS)
ALL_LIBS = $(PKG_LIBS) -lm -ldl $(LDLIBS)

.PHONY: all run grammars test test-long lint asan tsan fuzz bench install clean format
# Objects of the tests come from a chain of rules: keep them. (A bare .SECONDARY would also excuse missing programs.)
.PRECIOUS: $(BUILD)/%.o
.DELETE_ON_ERROR:

all: mundap

run: $(SETUP_STAMP)
	@$(MAKE) --no-print-directory -s -j$$(nproc) mundap
	@./mundap

$(SETUP_STAMP): scripts/packages.txt scripts/setup.sh
	@sh scripts/setup.sh build
	@mkdir -p build && touch $@
$(TEST_STAMP): scripts/packages.txt scripts/setup.sh
	@sh scripts/setup.sh test
	@mkdir -p build && touch $@
$(BENCH_STAMP): scripts/packages.txt scripts/setup.sh
	@sh scripts/setup.sh bench
	@mkdir -p build && touch $@

ifneq ($(NEEDS_SETUP),)
build/libs.mk: scripts/libs.sh Makefile build/grammars/.stamp | $(SETUP_STAMP)
	@sh scripts/libs.sh build/grammars $(LIBS) > $@.part && mv $@.part $@
endif
# Changes only when what libs.mk says changes: then everything is compiled again.
build/flags: build/libs.mk
	@cmp -s $< $@ || cp $< $@

# Without the grammars (no network) everything but code review works; `make grammars` fetches them later.
build/grammars/.stamp: scripts/grammars.txt scripts/grammars.sh | $(SETUP_STAMP)
	@mkdir -p $(@D) && { sh scripts/grammars.sh build/grammars || true; } && touch $@
grammars:
	@rm -f build/grammars/.stamp
	@$(MAKE) --no-print-directory -s build/grammars/.stamp

mundap: $(BUILD)/mundap
	@ln -sf $(BUILD)/mundap $@

$(BUILD)/mundap: $(BUILD)/tui/main.o $(BUILD)/libmundap.a
	$(CC) $(ALL_LDFLAGS) -o $@ $^ $(ALL_LIBS)

$(BUILD)/libmundap.a: $(LIB_OBJ)
	@rm -f $@
	$(AR) qcs $@ $^

# Kernel files carry the instruction set they use in their name; run-time choice decides which is called.
$(BUILD)/engine/%_avx2.o: KERNEL_FLAGS := $(if $(filter x86_64,$(shell uname -m)),-mavx2 -mfma -ffp-contract=fast)
$(BUILD)/engine/%_avx512.o: KERNEL_FLAGS := $(if $(filter x86_64,$(shell uname -m)),-mavx512f -mavx512bw -mavx512dq -mavx512vl -mavx2 -mfma -mprefer-vector-width=512 -ffp-contract=fast)
$(BUILD)/engine/%_vnni.o: KERNEL_FLAGS := $(if $(filter x86_64,$(shell uname -m)),-mavx512f -mavx512bw -mavx512dq -mavx512vl -mavx512vnni -mavx2 -mfma -mprefer-vector-width=512)
$(BUILD)/engine/tensor/%.o $(BUILD)/engine/nn/%.o: OPT += $(if $(filter release,$(CONFIG)),-O3) -fno-math-errno -fno-trapping-math

$(BUILD)/%.o: %.c build/flags
	@mkdir -p $(@D)
	$(CCACHE) $(CC) $(CPPFLAGS) $(ALL_CFLAGS) $(KERNEL_FLAGS) -MMD -MP -c -o $@ $<

$(BUILD)/grammars/%.o: build/grammars/.stamp
	@mkdir -p $(@D)
	$(CCACHE) $(CC) -std=c11 -O1 -w -fPIE -Ibuild/grammars/$(*D) -c -o $@ build/grammars/$*.c

$(BUILD)/tests/%: $(BUILD)/tests/unit/%.o $(TEST_SUPPORT) $(BUILD)/libmundap.a
	@mkdir -p $(@D)
	$(CC) $(ALL_LDFLAGS) -o $@ $^ $(ALL_LIBS) -lcmocka -lvterm

$(BUILD)/fuzz/%: $(BUILD)/tests/fuzz/%.o $(BUILD)/libmundap.a
	@mkdir -p $(@D)
	$(CC) $(ALL_LDFLAGS) -fsanitize=fuzzer -o $@ $^ $(ALL_LIBS)

.PHONY: build-tests
build-tests: $(TESTS) $(BUILD)/mundap $(if $(filter release,$(CONFIG)),mundap)
build-fuzz: $(FUZZERS)

test: $(TEST_STAMP)
	@$(MAKE) --no-print-directory -s -j$$(nproc) build-tests
	@sh scripts/test.sh quick $(BUILD)
test-long: $(TEST_STAMP)
	@$(MAKE) --no-print-directory -s -j$$(nproc) build-tests
	@sh scripts/test.sh long $(BUILD)
asan: $(TEST_STAMP)
	@$(MAKE) --no-print-directory -s -j$$(nproc) CONFIG=asan build-tests
	@sh scripts/test.sh asan build/asan
fuzz: $(TEST_STAMP)
	@$(MAKE) --no-print-directory -s -j$$(nproc) CONFIG=fuzz CC=clang build-fuzz
	@sh scripts/fuzz.sh build/fuzz/fuzz
bench: $(BENCH_STAMP)
	@$(MAKE) --no-print-directory -s -j$$(nproc) mundap
	@sh scripts/bench.sh
lint: $(TEST_STAMP)
	@$(MAKE) --no-print-directory -s build/libs.mk
	@sh scripts/lint.sh
format:
	clang-format -i $$(git ls-files --cached --others --exclude-standard "*.c" "*.h")

install: mundap
	install -D -m 755 $(BUILD)/mundap $(DESTDIR)$(PREFIX)/bin/mundap
	mkdir -p $(DESTDIR)$(PREFIX)/share/mundap
	cp -R lessons assets $(DESTDIR)$(PREFIX)/share/mundap/

clean:
	rm -rf build mundap

-include $(shell find build -name '*.d' 2>/dev/null)
