from python import x
FROM python:3.12
