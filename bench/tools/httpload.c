/* httpload: HTTP/1.1 load on a port of 127.0.0.1 (one thread, epoll), closed loop or fixed rate, JSON or SSE.
 *
 * httpload -p 8081 -c 16 -n 40000 -b body2k.json                closed loop, 40,000 requests
 * httpload -p 8081 -c 32 -n 4000 -r 200 -b body2k.json          200 requests a second
 * httpload -p 8081 -c 2000 -n 2000 -S 2000 -b body_stream.json  2,000 streams, started over 2 s
 *
 * -p port   -u path (/v1/chat/completions)   -c connections   -n requests   -r rate per second
 * -b file with the body   -H 'Name: value' (may be repeated)   -S ms over which the starts are spread
 * -P pid[,pid ..]: adds their CPU time and resident memory to the result
 * -a k: hang up after k chunks   -t limit in seconds (120)   -D one request per connection
 * -o text before the result
 *
 * Prints one line of JSON, times in microseconds. lat: from the write of the request to the last byte;
 * sched: from the time it was planned for (with -r), so a late start counts; ttfb: first byte of the
 * body; transit: from the "t" in a chunk (see fakeup) to its arrival.
 */
#define _GNU_SOURCE
#include <arpa/inet.h>
#include <errno.h>
#include <fcntl.h>
#include <netinet/tcp.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>
#include <sys/epoll.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <sys/timerfd.h>
#include <time.h>
#include <unistd.h>

enum { CLOSED, CONNECTING, IDLE, SENDING, HEAD, BODY };
typedef struct {
    int fd, st; size_t off;                    /* bytes of the request sent */
    char head[8192]; int hl;
    int status, chunked, closing, cstate; long left;   /* chunk decoder / content-length */
    char line[2048]; int ll; char cl[32]; int cll;
    long t_plan, t_send, t_first; int nchunks, done_seen; int retry;
} conn;

static conn *C; static int ep, nc = 16, port = 8080, spread = 0, abort_after = 0, limit_s = 120, nokeep = 0;
static long total = 1000; static double rate = 0;
static char *req; static size_t reqlen;
static long started, finished, ok, errs, aborted, non200, chunks, bytes, reconn, nodone, http_first_err;
static long *L, *LS, *T, *X; static long nL, nLS, nT, nX, capX;
static int pids[16], npid;

static long now(void) { struct timespec t; clock_gettime(CLOCK_MONOTONIC, &t); return t.tv_sec * 1000000000L + t.tv_nsec; }
static long cpu_ticks(void) {
    long s = 0; for (int i = 0; i < npid; i++) {
        char p[64], b[1024]; snprintf(p, sizeof p, "/proc/%d/stat", pids[i]); FILE *f = fopen(p, "r"); if (!f) continue;
        size_t n = fread(b, 1, sizeof b - 1, f); b[n] = 0; fclose(f);
        char *q = strrchr(b, ')'); unsigned long u, k; if (q && sscanf(q + 2, "%*c %*d %*d %*d %*d %*d %*u %*u %*u %*u %*u %lu %lu", &u, &k) == 2) s += u + k;
    } return s * (1000000 / sysconf(_SC_CLK_TCK));
}
static long rss_kb(const char *key) {
    long s = 0; for (int i = 0; i < npid; i++) {
        char p[64], l[256]; snprintf(p, sizeof p, "/proc/%d/status", pids[i]); FILE *f = fopen(p, "r"); if (!f) continue;
        while (fgets(l, sizeof l, f)) if (!strncmp(l, key, strlen(key))) s += atol(l + strlen(key) + 1);
        fclose(f);
    } return s;
}
static void mod(conn *c, int ev) { struct epoll_event e = {.events = ev, .data.u32 = c - C}; epoll_ctl(ep, EPOLL_CTL_MOD, c->fd, &e); }
static void dial(conn *c) {
    c->fd = socket(AF_INET, SOCK_STREAM | SOCK_NONBLOCK, 0); int one = 1; setsockopt(c->fd, IPPROTO_TCP, TCP_NODELAY, &one, sizeof one);
    struct sockaddr_in sa = {.sin_family = AF_INET, .sin_port = htons(port), .sin_addr.s_addr = htonl(INADDR_LOOPBACK)};
    int r = connect(c->fd, (void *) &sa, sizeof sa);
    c->st = (r && errno != EINPROGRESS) ? CLOSED : CONNECTING;
    struct epoll_event e = {.events = EPOLLOUT, .data.u32 = c - C}; epoll_ctl(ep, EPOLL_CTL_ADD, c->fd, &e);
}
static void hang(conn *c) { close(c->fd); c->fd = -1; c->st = CLOSED; }
static void begin(conn *c, long plan);
static void fail(conn *c, int why) {
    if (c->st >= SENDING) { if (!errs) http_first_err = why; errs++; finished++; }
    hang(c);
}
static void push_send(conn *c) {
    while (c->off < reqlen) {
        ssize_t w = send(c->fd, req + c->off, reqlen - c->off, MSG_NOSIGNAL);
        if (w < 0) { if (errno == EAGAIN) { mod(c, EPOLLIN | EPOLLOUT); return; } fail(c, 1000 + errno); return; }
        c->off += w;
    }
    c->st = HEAD; mod(c, EPOLLIN);
}
static void begin(conn *c, long plan) {
    started++; c->st = SENDING; c->off = 0; c->hl = 0; c->ll = c->cll = 0; c->nchunks = 0; c->done_seen = 0; c->t_first = 0; c->status = 0;
    c->t_send = now(); c->t_plan = plan ? plan : c->t_send; push_send(c);
}
static void complete(conn *c, int is_sse) {
    long t = now(); finished++;
    if (c->status == 200) ok++; else non200++;
    if (is_sse && !c->done_seen) nodone++;
    L[nL++] = t - c->t_send; LS[nLS++] = t - c->t_plan; if (c->t_first) T[nT++] = c->t_first - c->t_send;
    if (c->closing || nokeep) hang(c); else { c->st = IDLE; }
}
static void sse_line(conn *c) {
    if (c->ll > 5 && !memcmp(c->line, "data:", 5)) {
        if (memmem(c->line, c->ll, "[DONE]", 6)) { c->done_seen = 1; return; }
        chunks++; c->nchunks++;
        char *q = memmem(c->line, c->ll, "\"t\":", 4);
        if (q) { if (nX == capX) { capX = capX ? capX * 2 : 1 << 16; X = realloc(X, capX * sizeof *X); } X[nX++] = now() - atol(q + 4); }
    }
}
static void payload(conn *c, const char *p, long n) {
    if (!c->t_first) c->t_first = now();
    bytes += n;
    if (!c->chunked && c->left > 0 && c->status == 200 && c->hl < 0) return;
    for (long i = 0; i < n; i++) {
        if (p[i] == '\n') { sse_line(c); c->ll = 0; } else if (c->ll < (int) sizeof c->line - 1) { c->line[c->ll++] = p[i]; c->line[c->ll] = 0; }
    }
}
/* feed body bytes; returns 1 when the response is complete */
static int body(conn *c, const char *p, long n) {
    if (!c->chunked) {
        if (c->left < 0) { payload(c, p, n); return 0; }
        long k = n < c->left ? n : c->left; if (!c->t_first && k) c->t_first = now(); bytes += k; c->left -= k; return c->left == 0;
    }
    while (n > 0) switch (c->cstate) {
        case 0:                                 /* size line */
            if (*p == '\n') { c->cl[c->cll] = 0; c->left = strtol(c->cl, NULL, 16); c->cll = 0; c->cstate = c->left ? 1 : 3; }
            else if (c->cll < 30) c->cl[c->cll++] = *p;
            p++; n--; break;
        case 1: { long k = n < c->left ? n : c->left; payload(c, p, k); p += k; n -= k; c->left -= k; if (!c->left) c->cstate = 2; break; }
        case 2: if (*p == '\n') c->cstate = 0; p++; n--; break;
        case 3: if (*p == '\n') { if (c->cll == 0) return 1; c->cll = 0; } else if (*p != '\r') c->cll++; p++; n--; break;   /* trailers, end */
    }
    return 0;
}
static void readable(conn *c) {
    static char b[65536];
    ssize_t r = recv(c->fd, b, sizeof b, 0);
    if (r < 0) { if (errno == EAGAIN || errno == EINTR) return; fail(c, 2000 + errno); return; }
    if (r == 0) {
        if (c->st == BODY && !c->chunked && c->left < 0) { c->closing = 1; complete(c, 1); return; }
        fail(c, 3000); return;
    }
    const char *p = b; long n = r;
    if (c->st == IDLE) { hang(c); return; }
    if (c->st == HEAD || c->st == SENDING) {
        int old = c->hl, k = n < (long) sizeof c->head - 1 - old ? n : (long) sizeof c->head - 1 - old;
        memcpy(c->head + old, p, k); c->hl += k; c->head[c->hl] = 0;
        char *e = memmem(c->head, c->hl, "\r\n\r\n", 4); if (!e) { if (c->hl >= (int) sizeof c->head - 1) fail(c, 4000); return; }
        int used = (int) (e + 4 - c->head) - old; p += used; n -= used; *e = 0;
        c->status = atoi(c->head + 9); c->left = -1; c->chunked = 0; c->closing = 0; c->cstate = 0; c->cll = 0;
        for (char *l = strchr(c->head, '\n'); l; l = strchr(l + 1, '\n')) {
            if (!strncasecmp(l + 1, "content-length:", 15)) c->left = atol(l + 16);
            else if (!strncasecmp(l + 1, "transfer-encoding:", 18)) c->chunked = 1;
            else if (!strncasecmp(l + 1, "connection: close", 17)) c->closing = 1;
        }
        c->st = BODY; if (!c->chunked && c->left == 0) { complete(c, 0); return; }
    }
    if (n > 0 && body(c, p, n)) { complete(c, c->chunked && c->nchunks > 0); return; }
    if (abort_after && c->st == BODY && c->nchunks >= abort_after) { aborted++; finished++; hang(c); }
}
static int cmp(const void *a, const void *b) { long x = *(long *) a, y = *(long *) b; return x < y ? -1 : x > y; }
static double pc(long *v, long n, double q) { if (!n) return 0; long i = (long) (q * n); if (i >= n) i = n - 1; return v[i] / 1000.0; }
int main(int argc, char **argv) {
    const char *path = "/v1/chat/completions", *bf = NULL, *pre = ""; char hdr[4096] = ""; int o;
    while ((o = getopt(argc, argv, "p:u:c:n:r:b:H:S:P:a:t:o:D")) != -1) switch (o) {
        case 'p': port = atoi(optarg); break; case 'u': path = optarg; break; case 'c': nc = atoi(optarg); break; case 'n': total = atol(optarg); break;
        case 'r': rate = atof(optarg); break; case 'b': bf = optarg; break; case 'S': spread = atoi(optarg); break; case 'a': abort_after = atoi(optarg); break;
        case 't': limit_s = atoi(optarg); break; case 'D': nokeep = 1; break; case 'o': pre = optarg; break;
        case 'H': strncat(hdr, optarg, 1000); strcat(hdr, "\r\n"); break;
        case 'P': for (char *q = strtok(optarg, ","); q && npid < 16; q = strtok(NULL, ",")) pids[npid++] = atoi(q); break; default: return 2; }
    signal(SIGPIPE, SIG_IGN);
    char *bd = ""; long bl = 0;
    if (bf) { FILE *f = fopen(bf, "r"); if (!f) { perror(bf); return 1; } fseek(f, 0, SEEK_END); bl = ftell(f); rewind(f); bd = malloc(bl); if (fread(bd, 1, bl, f) != (size_t) bl) return 1; fclose(f); }
    req = malloc(bl + 8192); reqlen = sprintf(req, "%s %s HTTP/1.1\r\nHost: 127.0.0.1:%d\r\n%sContent-Type: application/json\r\nContent-Length: %ld\r\n\r\n", bf ? "POST" : "GET", path, port, hdr, bl);
    memcpy(req + reqlen, bd, bl); reqlen += bl;
    C = calloc(nc, sizeof *C); L = malloc((total + 1) * sizeof *L); LS = malloc((total + 1) * sizeof *L); T = malloc((total + 1) * sizeof *L);
    ep = epoll_create1(0); for (int i = 0; i < nc; i++) C[i].fd = -1;
    int tf = timerfd_create(CLOCK_MONOTONIC, TFD_NONBLOCK); struct epoll_event te = {.events = EPOLLIN, .data.u32 = 0xffffffff}; epoll_ctl(ep, EPOLL_CTL_ADD, tf, &te);
    long t0 = now(), cpu0 = cpu_ticks(), armed = 0; struct epoll_event ev[512]; long peak = 0, next_rss = 0;
    while (finished < total && now() - t0 < limit_s * 1000000000L) {
        long t = now(), wake = t + 200000000L;
        if (npid && t > next_rss) { long k = rss_kb("VmRSS:"); if (k > peak) peak = k; next_rss = t + 200000000L; }
        if (rate > 0) {                          /* open loop: start what is due on idle connections */
            int i = 0;
            while (started < total) {
                long plan = t0 + 20000000L + (long) (started * 1e9 / rate); if (plan > t) { wake = plan; break; }
                while (i < nc && C[i].st != IDLE) { if (C[i].st == CLOSED) { reconn++; dial(&C[i]); } i++; }
                if (i == nc) { wake = t + 1000000; break; }
                begin(&C[i], plan);
            }
            for (i = 0; i < nc && started < total; i++) if (C[i].st == CLOSED) dial(&C[i]);
        } else for (int i = 0; i < nc; i++) {
            if (started >= total) break;
            long at = t0 + (spread ? (long) (spread * 1e6 * i / nc) : 0);
            if (at > t) { if (at < wake) wake = at; break; }
            if (C[i].st == CLOSED) { if (C[i].retry++ > 0) reconn++; dial(&C[i]); } else if (C[i].st == IDLE) begin(&C[i], 0);
        }
        if (wake != armed) { struct itimerspec its = {.it_value = {wake / 1000000000L, wake % 1000000000L}}; timerfd_settime(tf, TFD_TIMER_ABSTIME, &its, NULL); armed = wake; }
        int n = epoll_wait(ep, ev, 512, 1000);
        for (int k = 0; k < n; k++) {
            if (ev[k].data.u32 == 0xffffffff) { long x; if (read(tf, &x, 8)) {} armed = 0; continue; }
            conn *c = &C[ev[k].data.u32]; if (c->fd < 0) continue;
            if (c->st == CONNECTING) {
                int e = 0; socklen_t l = sizeof e; getsockopt(c->fd, SOL_SOCKET, SO_ERROR, &e, &l);
                if (e) { errs++; if (started < total) { started++; finished++; } hang(c); continue; }
                c->st = IDLE; mod(c, EPOLLIN); if (rate <= 0 && started < total) begin(c, 0); continue;
            }
            if (c->st == SENDING && (ev[k].events & EPOLLOUT)) { push_send(c); if (c->fd < 0) continue; }
            if (ev[k].events & (EPOLLIN | EPOLLHUP | EPOLLERR)) readable(c);
            if (c->st == IDLE && rate <= 0 && started < total && c->fd >= 0 && !spread) begin(c, 0);
        }
    }
    double sec = (now() - t0) / 1e9; long cpu = cpu_ticks() - cpu0; struct rusage ru; getrusage(RUSAGE_SELF, &ru);
    double me = (ru.ru_utime.tv_sec + ru.ru_stime.tv_sec) * 1e6 + ru.ru_utime.tv_usec + ru.ru_stime.tv_usec;
    qsort(L, nL, 8, cmp); qsort(LS, nLS, 8, cmp); qsort(T, nT, 8, cmp); qsort(X, nX, 8, cmp);
    printf("%s{\"ok\":%ld,\"non200\":%ld,\"errs\":%ld,\"first_err\":%ld,\"aborted\":%ld,\"unfinished\":%ld,\"nodone\":%ld,\"sec\":%.3f,\"rps\":%.0f,\"lat_p50\":%.0f,\"lat_p90\":%.0f,\"lat_p99\":%.0f,\"lat_max\":%.0f,\"sched_p50\":%.0f,\"sched_p99\":%.0f,\"ttfb_p50\":%.0f,\"ttfb_p99\":%.0f,\"chunks\":%ld,\"transit_p50\":%.0f,\"transit_p99\":%.0f,\"transit_max\":%.0f,\"bytes\":%ld,\"reconn\":%ld,\"self_cpu_us_per_req\":%.1f",
        pre, ok, non200, errs, http_first_err, aborted, total - finished, nodone, sec, finished / sec, pc(L, nL, .5), pc(L, nL, .9), pc(L, nL, .99), pc(L, nL, 1), pc(LS, nLS, .5), pc(LS, nLS, .99), pc(T, nT, .5), pc(T, nT, .99), chunks, pc(X, nX, .5), pc(X, nX, .99), pc(X, nX, 1), bytes, reconn, finished ? me / finished : 0);
    if (npid) printf(",\"cpu_us\":%ld,\"cpu_us_per_req\":%.1f,\"cpu_us_per_chunk\":%.2f,\"rss_peak_kb\":%ld,\"rss_kb\":%ld", cpu, finished ? (double) cpu / finished : 0, chunks ? (double) cpu / chunks : 0, peak, rss_kb("VmRSS:"));
    printf("}\n"); return errs || finished < total;
}
