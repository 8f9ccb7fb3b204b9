// Sends a burst through nodemailer's SES transport and prints, a line each, what became of every mail.
const nodemailer = require("nodemailer");
const { SESv2Client, SendEmailCommand } = require("@aws-sdk/client-sesv2");

const sesClient = new SESv2Client({ endpoint: process.env.AWS_ENDPOINT_URL, maxAttempts: 1 });
const transport = nodemailer.createTransport({ SES: { sesClient, SendEmailCommand } });

const send = (number) =>
  transport
    .sendMail({
      from: "me@example.com",
      to: `success+${number}@simulator.amazonses.com`,
      subject: "A burst",
      text: "One of many.",
    })
    .then(() => "ok", (error) => `${error.name}: ${error.message}`);

Promise.all(Array.from({ length: Number(process.argv[2]) }, (_, number) => send(number))).then((lines) =>
  console.log(lines.join("\n"))
);
