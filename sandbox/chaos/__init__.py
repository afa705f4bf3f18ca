"""A load test of the deployed sandbox: thousands of uploads, unreliable events, killed functions, a restart.

The ground truth is what S3 acknowledged; the audit holds the pipeline's records, MediaConvert's jobs, the
outputs and the dead letters against it. Everything that is left to chance follows from one seed.

======================  ==================================================================
``settings``            which faults are injected, and how often
``uploads``             what is uploaded, and by whom
``workers``             kill function processes
``operator``            cancel jobs, as a person would
``following``           how far the uploads are
``load_test``           all of it at once
``evidence``            gather what is left when it is over
``audit``               hold it against the truth; pure
``report``              a table for people, JSON for programs
======================  ==================================================================
"""
