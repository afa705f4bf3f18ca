"""Mixed reads of the API at a rate that is kept, beside a bare Lambda function in the same local AWS."""
