/*
 * Holds packets back: takes those of one netfilter queue and lets each go after a fixed time, in
 * their order. Arguments: the queue's number, milliseconds. Says "ready" once packets are taken.
 * On SIGTERM it lets all go at once and ends. Nothing is changed, and nothing is lost but what
 * comes while the queue is full. The kernel's side is linux/netfilter/nfnetlink_queue.h.
 */
#define _GNU_SOURCE
#include <arpa/inet.h>
#include <errno.h>
#include <linux/netfilter.h>
#include <linux/netfilter/nfnetlink.h>
#include <linux/netfilter/nfnetlink_queue.h>
#include <linux/netlink.h>
#include <poll.h>
#include <signal.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <time.h>
#include <unistd.h>

#define NANOS 1000000000LL
#define NANOS_A_MILLI 1000000LL
#define MOST_HELD 16384
#define RECEIVE_BYTES (8 << 20)

static struct {
  uint32_t id;
  int64_t due;
} held[MOST_HELD];
static unsigned first, count;
static int netlink;
static uint16_t queue;
static volatile sig_atomic_t ending;

static void end(int signal) {
  (void)signal;
  ending = 1;
}

static int64_t now(void) {
  struct timespec t;
  clock_gettime(CLOCK_MONOTONIC, &t);
  return t.tv_sec * NANOS + t.tv_nsec;
}

static void fail(const char *what) {
  fprintf(stderr, "%s: %s\n", what, strerror(errno));
  exit(1);
}

/* Sends one message with one attribute; the kernel's answer is read where one is asked for. */
static void say(uint16_t type, uint16_t attribute, const void *value, uint16_t size, int ask) {
  struct {
    struct nlmsghdr head;
    struct nfgenmsg family;
    struct nlattr attribute;
    char value[32];
  } message = {
      .head = {.nlmsg_len = NLMSG_LENGTH(sizeof(struct nfgenmsg)) + NLA_HDRLEN + NLA_ALIGN(size),
               .nlmsg_type = NFNL_SUBSYS_QUEUE << 8 | type,
               .nlmsg_flags = NLM_F_REQUEST | (ask ? NLM_F_ACK : 0)},
      .family = {.nfgen_family = AF_UNSPEC, .version = NFNETLINK_V0, .res_id = htons(queue)},
      .attribute = {.nla_len = NLA_HDRLEN + size, .nla_type = attribute}};
  memcpy(message.value, value, size);
  if (send(netlink, &message, message.head.nlmsg_len, 0) < 0) fail("the kernel took no message");
  if (!ask) return;
  struct {
    struct nlmsghdr head;
    struct nlmsgerr error;
    char more[256];
  } answer;
  if (recv(netlink, &answer, sizeof answer, 0) < 0) fail("the kernel gave no answer");
  if (answer.head.nlmsg_type == NLMSG_ERROR && answer.error.error) {
    errno = -answer.error.error;
    fail("the kernel refused the queue");
  }
}

static void take_queue(void) {
  struct nfqnl_msg_config_cmd bind = {.command = NFQNL_CFG_CMD_BIND, .pf = htons(AF_INET)};
  struct nfqnl_msg_config_params heads = {.copy_mode = NFQNL_COPY_META};
  uint32_t most = htonl(MOST_HELD);
  int bytes = RECEIVE_BYTES;
  netlink = socket(AF_NETLINK, SOCK_RAW | SOCK_CLOEXEC, NETLINK_NETFILTER);
  if (netlink < 0) fail("no netlink socket");
  setsockopt(netlink, SOL_SOCKET, SO_RCVBUFFORCE, &bytes, sizeof bytes);
  say(NFQNL_MSG_CONFIG, NFQA_CFG_CMD, &bind, sizeof bind, 1);
  say(NFQNL_MSG_CONFIG, NFQA_CFG_PARAMS, &heads, sizeof heads, 1);
  say(NFQNL_MSG_CONFIG, NFQA_CFG_QUEUE_MAXLEN, &most, sizeof most, 1);
}

/* One verdict for all packets up to this one. */
static void let_go(uint32_t id) {
  struct nfqnl_msg_verdict_hdr verdict = {.verdict = htonl(NF_ACCEPT), .id = htonl(id)};
  say(NFQNL_MSG_VERDICT_BATCH, NFQA_VERDICT_HDR, &verdict, sizeof verdict, 0);
}

static void let_go_until(int64_t time) {
  int any = 0;
  uint32_t last = 0;
  for (; count && held[first].due <= time; first = (first + 1) % MOST_HELD, count--) {
    any = 1;
    last = held[first].id;
  }
  if (any) let_go(last);
}

static void hold(const struct nlmsghdr *message, int64_t due) {
  const char *stop = (const char *)message + message->nlmsg_len;
  const char *at = (const char *)NLMSG_DATA(message) + sizeof(struct nfgenmsg);
  while (at < stop) {
    const struct nlattr *a = (const void *)at;
    if (a->nla_len < NLA_HDRLEN) return;
    at += NLA_ALIGN(a->nla_len);
    if ((a->nla_type & NLA_TYPE_MASK) != NFQA_PACKET_HDR) continue;
    const struct nfqnl_msg_packet_hdr *packet = (const void *)(a + 1);
    unsigned slot = (first + count++) % MOST_HELD;
    held[slot].id = ntohl(packet->packet_id);
    held[slot].due = due;
    return;
  }
}

static void receive(int64_t delay) {
  static char buffer[1 << 16] __attribute__((aligned(8)));
  ssize_t size = recv(netlink, buffer, sizeof buffer, MSG_DONTWAIT);
  int64_t due = now() + delay;
  if (size < 0 && errno != EAGAIN && errno != EINTR && errno != ENOBUFS) fail("the queue is gone");
  struct nlmsghdr *m = (void *)buffer;
  for (; size > 0 && NLMSG_OK(m, (unsigned)size); m = NLMSG_NEXT(m, size)) {
    int packet = m->nlmsg_type == (NFNL_SUBSYS_QUEUE << 8 | NFQNL_MSG_PACKET);
    if (packet && count < MOST_HELD) hold(m, due);
  }
}

/* Until the first packet is due; below a second, which is what tv_nsec holds. */
static long pause_nanos(void) {
  int64_t wait = count ? held[first].due - now() : NANOS;
  return wait <= 0 ? 0 : wait >= NANOS ? NANOS - 1 : wait;
}

int main(int words, char **word) {
  if (words != 3) return 2;
  queue = (uint16_t)atoi(word[1]);
  int64_t delay = atoi(word[2]) * NANOS_A_MILLI;
  struct sigaction act = {.sa_handler = end};
  sigaction(SIGTERM, &act, NULL);
  take_queue();
  puts("ready");
  fflush(stdout);
  while (!ending) {
    struct pollfd readable = {.fd = netlink, .events = POLLIN};
    struct timespec timeout = {.tv_nsec = pause_nanos()};
    if (ppoll(&readable, 1, &timeout, NULL) > 0) receive(delay);
    let_go_until(now());
  }
  let_go_until(INT64_MAX);
  return 0;
}
