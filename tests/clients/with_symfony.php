<?php
// Sends a burst through Symfony Mailer's SES transport and prints, a line each, what became of every mail.
require_once "Symfony/Component/HttpClient/autoload.php";
require_once "Symfony/Component/Mailer/autoload.php";
require_once "Symfony/Component/Mailer/Bridge/Amazon/autoload.php";

use AsyncAws\Ses\SesClient;
use Symfony\Component\HttpClient\HttpClient;
use Symfony\Component\Mailer\Bridge\Amazon\Transport\SesHttpAsyncAwsTransport;
use Symfony\Component\Mime\Address;
use Symfony\Component\Mime\Email;

$account = ["endpoint" => getenv("AWS_ENDPOINT_URL"), "region" => "us-east-1", "accessKeyId" => "seslab"];
$client = new SesClient($account + ["accessKeySecret" => "seslab"], null, HttpClient::create()); // this sends once
$transport = new SesHttpAsyncAwsTransport($client);

for ($number = 0; $number < (int) $argv[1]; $number++) {
    $mail = (new Email())->from("me@example.com")->subject("A burst")->text("One of many.");
    try {
        $transport->send($mail->to(new Address("success+$number@simulator.amazonses.com", "Müller, Jo")));
        echo "ok\n";
    } catch (Exception $error) {
        echo get_class($error), ": ", $error->getMessage(), "\n";
    }
}
