# armusic studio in a container:  docker build -t armusic . && docker run --rm -p 127.0.0.1:8765:8765 armusic
# The address with its token is printed at the start: put 127.0.0.1 for the name in it.
FROM python:3.12-slim
RUN apt-get update && apt-get install -y --no-install-recommends libcairo2 && rm -r /var/lib/apt/lists/* && \
    useradd --create-home musician
COPY . /source
RUN pip install --no-cache-dir -c /source/constraints.txt '/source[studio,score]' && rm -r /source
USER musician
WORKDIR /home/musician
EXPOSE 8765
CMD ["armusic", "studio", "--no-open", "--host", "0.0.0.0"]
