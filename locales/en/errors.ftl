# Texts of REST errors: one message per code of the error catalogue.
