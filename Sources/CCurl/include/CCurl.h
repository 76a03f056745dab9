#ifndef CCURL_H
#define CCURL_H

#include <curl/curl.h>
#include <pthread.h>
#include <signal.h>

// curl_easy_setopt and curl_easy_getinfo take an argument of any type, and Swift imports no such function. Each of
// these takes one type, and refuses an option that libcurl numbers as one of another type.

static inline CURLcode ccurl_global_init(void) {
    return curl_global_init(CURL_GLOBAL_DEFAULT);
}

static inline CURLcode ccurl_set_long(CURL *handle, CURLoption option, long value) {
    if (option < CURLOPTTYPE_LONG || option >= CURLOPTTYPE_OBJECTPOINT) return CURLE_BAD_FUNCTION_ARGUMENT;
    return (curl_easy_setopt)(handle, option, value);
}

/// Libcurl copies the text.
static inline CURLcode ccurl_set_string(CURL *handle, CURLoption option, const char *value) {
    if (option < CURLOPTTYPE_OBJECTPOINT || option >= CURLOPTTYPE_FUNCTIONPOINT) return CURLE_BAD_FUNCTION_ARGUMENT;
    return (curl_easy_setopt)(handle, option, value);
}

/// What a callback is given, or a buffer: it stays the caller's, and must live as long as it is set.
static inline CURLcode ccurl_set_pointer(CURL *handle, CURLoption option, void *value) {
    if (option < CURLOPTTYPE_OBJECTPOINT || option >= CURLOPTTYPE_FUNCTIONPOINT) return CURLE_BAD_FUNCTION_ARGUMENT;
    return (curl_easy_setopt)(handle, option, value);
}

/// The list stays the caller's, and must live as long as it is set.
static inline CURLcode ccurl_set_list(CURL *handle, CURLoption option, struct curl_slist *value) {
    if (option < CURLOPTTYPE_OBJECTPOINT || option >= CURLOPTTYPE_FUNCTIONPOINT) return CURLE_BAD_FUNCTION_ARGUMENT;
    return (curl_easy_setopt)(handle, option, value);
}

static inline CURLcode ccurl_set_size(CURL *handle, CURLoption option, curl_off_t value) {
    if (option < CURLOPTTYPE_OFF_T || option >= CURLOPTTYPE_BLOB) return CURLE_BAD_FUNCTION_ARGUMENT;
    return (curl_easy_setopt)(handle, option, value);
}

static inline CURLcode ccurl_set_read_function(CURL *handle, curl_read_callback function) {
    return (curl_easy_setopt)(handle, CURLOPT_READFUNCTION, function);
}

static inline CURLcode ccurl_set_header_function(CURL *handle, curl_write_callback function) {
    return (curl_easy_setopt)(handle, CURLOPT_HEADERFUNCTION, function);
}

static inline CURLcode ccurl_set_progress_function(CURL *handle, curl_xferinfo_callback function) {
    return (curl_easy_setopt)(handle, CURLOPT_XFERINFOFUNCTION, function);
}

static inline CURLcode ccurl_set_debug_function(CURL *handle, curl_debug_callback function) {
    return (curl_easy_setopt)(handle, CURLOPT_DEBUGFUNCTION, function);
}

static inline CURLcode ccurl_get_socket(CURL *handle, CURLINFO info, curl_socket_t *value) {
    if ((info & CURLINFO_TYPEMASK) != CURLINFO_SOCKET) return CURLE_BAD_FUNCTION_ARGUMENT;
    return (curl_easy_getinfo)(handle, info, value);
}

/// Keeps a connection that breaks from ending the process, for the thread that calls this: with CURLOPT_NOSIGNAL
/// libcurl leaves the signal to us.
static inline void ccurl_block_sigpipe(void) {
    sigset_t set;
    sigemptyset(&set);
    sigaddset(&set, SIGPIPE);
    pthread_sigmask(SIG_BLOCK, &set, NULL);
}

#endif
