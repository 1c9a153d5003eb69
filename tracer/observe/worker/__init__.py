"""The recorder: the part of ``observe`` that runs inside the observed process.

A separate program that happens to be kept here. It runs under the *target's* interpreter, where ``tracer`` is not
installed, so it uses the standard library alone and speaks to the parent through a request file and an append-only
log. It knows code objects, frames and classes; names as the site prints them are the parent's business.

It refuses to harm the run: nothing it does may raise into the observed program, change what that program computes or
call a method of its objects.
"""
